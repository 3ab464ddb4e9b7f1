// Who sends: rates, limits, what blocks them.
import { html, render, nothing } from './lib.js';
import { post, put } from './api.js';
import { confirm, form, note } from './dialogs.js';
import { number, rate, share } from './format.js';
import { live } from './live.js';

const byId = (one, other) => (one.id < other.id ? -1 : 1);

export function senders(root) {
  let list = { rows: null };
  let problem = '';

  const edit = (sender) =>
    form({
      title: sender ? `Sender ${sender.id}` : 'New sender',
      action: 'Save',
      fields: html`
        ${
          sender
            ? nothing
            : html`<label>Id (letters, digits, dots and dashes)
                <input name="id" required pattern="(?:[A-Za-z0-9._]|-){1,100}"></label>`
        }
        <div class="columns">
          <label>Provider <input name="provider" required value=${sender?.provider ?? 'whatsapp'}></label>
          <label>Address there (WhatsApp: phone number id)
            <input name="address" required value=${sender?.address ?? ''}></label>
        </div>
        <div class="columns">
          <label>Messages a second
            <input name="rate" type="number" min="0.01" step="any" required value=${sender?.ratePerSecond ?? 80}></label>
          <label>Lanes <input name="lanes" type="number" min="1" max="1000" required value=${sender?.lanes ?? 1}></label>
          <label>Different people in 24 hours
            <input name="limit" type="number" min="1" placeholder="no limit" value=${sender?.dailyLimit ?? ''}></label>
        </div>
        <p class="hint">A new rate applies within seconds. One lane is enough for WhatsApp.</p>
      `,
      save: async (data) => {
        await put(`/api/senders/${encodeURIComponent(sender?.id ?? data.get('id'))}`, {
          provider: data.get('provider'),
          address: data.get('address').trim(),
          ratePerSecond: Number(data.get('rate')),
          lanes: Number(data.get('lanes')),
          dailyLimit: data.get('limit') ? Number(data.get('limit')) : null,
        });
        note('Saved');
      },
    });

  async function unblock(sender) {
    const yes = await confirm({
      title: `Unblock ${sender.id}?`,
      text: `It was blocked because: ${sender.blockReason}. If that is not mended, it will be blocked again.`,
      action: 'Unblock',
    });
    if (yes) {
      try {
        await post(`/api/senders/${encodeURIComponent(sender.id)}/unblock`);
        note(`${sender.id} may send again`);
      } catch (error) {
        note(error.message, 'bad');
      }
    }
  }

  const row = (sender) => html`
    <li class="card">
      <div class="line">
        <strong>${sender.id}</strong>
        ${sender.blocked ? html`<span class="badge failed">blocked</span>` : html`<span class="badge completed">ready</span>`}
        <div class="actions">
          ${sender.blocked ? html`<button class="primary" @click=${() => unblock(sender)}>Unblock …</button>` : nothing}
          <button @click=${() => edit(sender)} aria-label=${`Change ${sender.id}`}>Change …</button>
        </div>
      </div>
      ${sender.blocked ? html`<p class="reason">${sender.blockReason}</p>` : nothing}
      <dl class="pairs">
        <div><dt>Provider</dt><dd>${sender.provider}</dd></div>
        <div><dt>Address</dt><dd><code>${sender.address}</code></dd></div>
        <div><dt>Rate</dt><dd>${rate(sender.ratePerSecond)} messages/s${sender.lanes > 1 ? `, ${sender.lanes} lanes` : ''}</dd></div>
        <div><dt>Different people in 24 hours</dt><dd>${
          sender.dailyLimit
            ? `${number(sender.usedIn24Hours)} of ${number(sender.dailyLimit)} (${share(sender.usedIn24Hours, sender.dailyLimit)})`
            : 'no limit'
        }</dd></div>
      </dl>
    </li>
  `;

  const view = () => html`
    <div class="line title"><h1>Senders</h1>
      <div class="actions"><button id="add-sender" class="primary" @click=${() => edit(null)}>Add a sender</button></div></div>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
    ${
      list.rows === null
        ? html`<p class="quiet">Loading …</p>`
        : list.rows.length === 0
          ? html`<div class="empty"><p>There is no sender yet.</p></div>`
          : html`<ul class="list">${list.rows.map(row)}</ul>
            ${list.more()}`
    }
  `;

  const paint = () => render(view(), root);
  paint();
  list = live('/api/senders', byId, paint, (up, error) => {
    problem = error?.message ?? '';
    paint();
  });
  return list.stop;
}
