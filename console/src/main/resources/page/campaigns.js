// All campaigns, live; or those that are searched for, page by page.
import { html, render, nothing } from './lib.js';
import { audience, badge, bar, moment, number, settled, share, statusWords } from './format.js';
import { live } from './live.js';
import { reasonWords } from './reasons.js';
import { loading, offline, trouble } from './states.js';
import { may } from './session.js';
import { say } from './texts.js';

const STATES = ['DRAFT', 'SCHEDULED', 'SENDING', 'PAUSED', 'COMPLETED', 'CANCELLED'];
const TYPING = 300;

const newestFirst = (one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt);

export function campaigns(root, left) {
  let list = { rows: null };
  let problem = '';
  let connected = true;
  let wanted = { search: '', status: '', archived: '' };
  let typing = null;

  const query = () => new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  const filtered = () => query().size > 0;

  function narrow(name, value) {
    wanted = { ...wanted, [name]: value };
    paint();
    clearTimeout(typing);
    typing = setTimeout(() => list.filter(query()), name === 'search' ? TYPING : 0);
  }

  const row = (campaign) => html`
    <li>
      <a class="card campaign" href=${`#/campaigns/${campaign.id}`}>
        <span class="line">
          <strong>${campaign.name}</strong>
          <span class="line">${campaign.archivedAt ? html`<span class="badge">${say('campaigns.archived')}</span>` : nothing}
            ${badge(campaign.status)}</span>
        </span>
        ${bar(campaign)}
        <span class="line quiet">
          <span>${
            campaign.total === null
              ? audience(campaign)
              : say('campaigns.done', {
                  done: number(settled(campaign)),
                  total: number(campaign.total),
                  share: share(settled(campaign), campaign.total),
                })
          }</span>
          <span>${campaign.senderId} · ${
            campaign.status === 'SCHEDULED'
              ? say('campaigns.starts', { time: moment(campaign.scheduledAt) })
              : moment(campaign.startedAt ?? campaign.createdAt)
          }</span>
        </span>
        ${campaign.statusReason ? html`<span class="reason">${reasonWords(campaign.statusReason)}</span>` : nothing}
      </a>
    </li>
  `;

  const filter = () => html`
    <form class="filter" role="search" @submit=${(event) => event.preventDefault()}>
      <label>${say('campaigns.search')}
        <input name="search" type="search" maxlength="200" .value=${wanted.search}
          @input=${(event) => narrow('search', event.target.value)}></label>
      <label>${say('campaigns.state')}
        <select name="status" @change=${(event) => narrow('status', event.target.value)}>
          <option value="">${say('people.all')}</option>
          ${STATES.map((one) => html`<option value=${one} ?selected=${one === wanted.status}>${statusWords(one)}</option>`)}
        </select></label>
      <label class="check"><input name="archived" type="checkbox" .checked=${wanted.archived !== ''}
          @change=${(event) => narrow('archived', event.target.checked ? 'true' : '')}>
        <span>${say('campaigns.withArchived')}</span></label>
    </form>
  `;

  const nobody = () =>
    filtered()
      ? html`<p class="empty" role="status">${say('campaigns.none')}</p>`
      : html`<div class="empty">
          <p>${say('campaigns.empty')}</p>
          ${may('manage') ? html`<a class="button primary" href="#/new">${say('campaigns.first')}</a>` : nothing}
        </div>`;

  const view = () => html`
    <h1>${say('campaigns.title')}</h1>
    ${list.rows === null || (list.rows.length === 0 && !filtered()) ? nothing : filter()}
    ${problem ? trouble(problem) : nothing}
    ${connected ? nothing : offline()}
    ${
      list.rows === null
        ? loading()
        : list.rows.length === 0
          ? nobody()
          : html`<ul class="list">${list.rows.map(row)}</ul>
            ${list.more()}`
    }
  `;

  const paint = () => render(view(), root);
  paint();
  list = live('/api/campaigns', newestFirst, paint, (up, error) => {
    connected = up;
    problem = error?.message ?? '';
    paint();
  });
  left.addEventListener('abort', () => {
    clearTimeout(typing);
    list.stop();
  });
}
