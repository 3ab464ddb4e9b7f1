// A campaign's recipients: searched, filtered, page by page.
import { html, nothing } from './lib.js';
import { get } from './api.js';
import { badge, moment } from './format.js';

const STATUSES = ['PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'UNCONFIRMED', 'SUPPRESSED'];

export function recipients(path, paint) {
  let page = null;
  // The ends of the pages before this one, so that there is a way back.
  let before = [];
  let after = 0;
  let status = '';
  let phone = '';
  let problem = '';

  async function load(from) {
    const query = new URLSearchParams({ after: from });
    if (status) {
      query.set('status', status);
    }
    if (phone) {
      query.set('phone', phone);
    }
    try {
      page = await get(`${path}/recipients?${query}`);
      after = from;
      problem = '';
    } catch (error) {
      problem = error.message;
    }
    paint();
  }

  const reload = () => {
    before = [];
    return load(0);
  };

  const next = () => {
    before.push(after);
    load(page.next);
  };

  const search = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    status = data.get('status');
    const digits = data.get('phone').replaceAll(/[^0-9]/g, '');
    phone = digits ? `+${digits}` : '';
    reload();
  };

  const row = (one) => html`
    <tr>
      <td><code>${one.phone}</code></td>
      <td>${badge(one.status)}</td>
      <td>${one.errorCode ? html`<code>${one.errorCode}</code> ` : nothing}<small>${one.errorDetail ?? ''}</small></td>
      <td class="count">${one.attempts}</td>
      <td><small>${moment(one.updatedAt)}</small></td>
    </tr>
  `;

  const view = () => html`
    <section aria-labelledby="people">
      <h2 id="people">Recipients</h2>
      <form class="filter" role="search" @submit=${search}>
        <label>Number begins with
          <input name="phone" inputmode="tel" placeholder="+55 11 …"></label>
        <label>Status
          <select name="status">
            <option value="">all</option>
            ${STATUSES.map((one) => html`<option value=${one}>${one.toLowerCase()}</option>`)}
          </select></label>
        <button>Show</button>
      </form>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-labelledby="people">
        <table>
          <thead><tr><th>Number</th><th>Status</th><th>Why</th><th>Attempts</th><th>Changed</th></tr></thead>
          <tbody>${
            page?.recipients.length
              ? page.recipients.map(row)
              : html`<tr><td colspan="5" class="quiet">${page ? 'Nobody.' : 'Loading …'}</td></tr>`
          }</tbody>
        </table>
      </div>
      <div class="actions">
        <button ?disabled=${before.length === 0} @click=${() => load(before.pop())}>Back</button>
        <button ?disabled=${!page?.next} @click=${next}>Next</button>
      </div>
    </section>
  `;

  return { view, reload };
}
