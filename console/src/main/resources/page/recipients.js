// A campaign's recipients: searched, filtered, page by page.
import { html, nothing } from './lib.js';
import { get } from './api.js';
import { exportLink } from './exports.js';
import { badge, moment, number, statusWords } from './format.js';
import { pages } from './pages.js';
import { say } from './texts.js';

const STATUSES = ['PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'UNCONFIRMED', 'SUPPRESSED'];

export function recipients(path, paint) {
  let wanted = {};
  // How many were looked through before each place of a search.
  let far = {};

  async function read(after) {
    const page = await get(`${path}/recipients?${new URLSearchParams({ after, ...wanted })}`);
    if (page.searched) {
      far[page.next] = (far[after] ?? 0) + page.searched;
    }
    return page;
  }

  const list = pages(read, (page) => page.next, paint);

  const search = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    const given = {
      status: data.get('status'),
      phone: data.get('phone').trim(),
      search: data.get('search').trim(),
    };
    far = {};
    wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    list.reload();
  };

  /** Why a search found them, unless it was by their number. */
  function found({ variables, externalId }) {
    const text = wanted.search?.toLowerCase();
    const data = text ? Object.entries({ ...(externalId && { externalId }), ...variables }) : [];
    return data.filter(([, value]) => String(value).toLowerCase().includes(text));
  }

  const row = (one) => html`
    <tr>
      <td data-label=${say('people.number')}><span><code>${one.phone}</code>${found(one).map(
        ([name, value]) => html` <small class="quiet">${name}: ${value}</small>`,
      )}</span></td>
      <td data-label=${say('people.status')}>${badge(one.status)}</td>
      <td data-label=${say('people.why')}><span>${one.errorCode ? html`<code>${one.errorCode}</code> ` : nothing}<small>${one.errorDetail ?? ''}</small></span></td>
      <td data-label=${say('people.attempts')} class="count">${number(one.attempts)}</td>
      <td data-label=${say('people.changed')}><small>${moment(one.updatedAt)}</small></td>
    </tr>
  `;

  const head = (key) => html`<th>${say(`people.${key}`)}</th>`;

  const table = (page) => html`
    <table class="cards">
      <thead><tr>${['number', 'status', 'why', 'attempts', 'changed'].map(head)}</tr></thead>
      <tbody>${page.recipients.map(row)}</tbody>
    </table>
  `;

  /** A search looks through so many at a time. */
  const searched = (page, campaign) => {
    const all = wanted.status ? campaign[wanted.status.toLowerCase()] : campaign.total;
    const done = far[page.next];
    return page.searched
      ? html`<p class="quiet" role="status">${
          say(all > done ? 'people.searched' : 'people.searchedSome', { done: number(done), all: number(all ?? 0) })
        }</p>`
      : nothing;
  };

  /** With the statuses that somebody has. */
  const view = (statuses, campaign) => html`
    <section aria-labelledby="people">
      <h2 id="people">${say('people.title')}</h2>
      <form class="filter" role="search" @submit=${search}>
        <label>${say('people.begins')}
          <input name="phone" inputmode="tel" placeholder="+55 11 …"></label>
        <label>${say('people.contains')}
          <input name="search" type="search" maxlength="200"></label>
        <label>${say('people.status')}
          <select name="status">
            <option value="">${say('people.all')}</option>
            ${STATUSES.map((one) => html`<option value=${one}>${statusWords(one)}</option>`)}
          </select></label>
        <button>${say('people.show')}</button>
      </form>
      <p class="line links">${say('people.download')}
        ${exportLink(path, say('people.everybody'))}
        ${statuses.map((one) => exportLink(path, statusWords(one), { wanted: { status: one } }))}</p>
      ${list.view((page) => html`
        ${page.recipients.length === 0 ? html`<p class="quiet">${say('nobody')}</p>` : table(page)}
        ${searched(page, campaign)}`)}
    </section>
  `;

  return { view, reload: list.reload, shown: () => list.page()?.recipients ?? [] };
}
