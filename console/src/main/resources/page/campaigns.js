// All campaigns, live; or those that are searched for, page by page.
import { html, render, nothing } from './lib.js';
import { audience, badge, bar, moment, number, settled, share, statusWords } from './format.js';
import { get } from './api.js';
import { live } from './live.js';
import { reasonWords } from './reasons.js';
import { loading, offline, trouble } from './states.js';
import { may } from './session.js';
import { say } from './texts.js';

const STATES = ['DRAFT', 'SCHEDULED', 'SENDING', 'PAUSED', 'COMPLETED', 'CANCELLED'];
const TYPING = 300;
const AGAIN = 5_000;

/** The beginning of a day, or of one that is some days later; nothing while it is not typed to its end. */
function midnight(day, later) {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) {
    return '';
  }
  const begin = new Date(`${day}T00:00`);
  begin.setDate(begin.getDate() + later);
  return begin.toISOString();
}

const newestFirst = (one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt);

export function campaigns(root, left) {
  let list = { rows: null };
  let problem = '';
  let connected = true;
  let wanted = { search: '', status: '', senderId: '', from: '', until: '', archived: '' };
  // Those whose id contains what is typed; null while there is no choice.
  let senders = null;
  let looked = null;
  // What those who are offered have in their ids.
  let offered = null;
  // Why they cannot be read.
  let unread = '';
  // Why what was typed as a sender is none.
  let unknown = '';
  let typing = null;
  let looking = null;

  /** The query of what is wanted; days begin and end where the browser is. */
  const query = () => {
    const { from, until, ...rest } = wanted;
    const asked = {
      ...rest,
      createdFrom: midnight(from, 0),
      createdUntil: midnight(until, 1),
    };
    return new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  };
  // From then on the filter stays, also while what was found is not what is wanted any more.
  let filtered = false;

  function narrow(name, value) {
    if (wanted[name] === value) {
      return;
    }
    wanted = { ...wanted, [name]: value };
    filtered = true;
    paint();
    clearTimeout(typing);
    typing = setTimeout(() => list.filter(query()), name === 'search' ? TYPING : 0);
  }

  /** Offers senders; the list can do without, until they can be read. */
  async function offer(search) {
    looked = search;
    let found = [];
    let reason = '';
    try {
      found = await get(`/api/senders?${new URLSearchParams({ search })}`);
    } catch (error) {
      reason = error.message;
    }
    // What is looked for by now has an answer of its own.
    if (search !== looked || left.aborted) {
      return;
    }
    unread = reason;
    if (unread && senders === null) {
      clearTimeout(looking);
      looking = setTimeout(() => offer(search), AGAIN);
    }
    if (!unread && (senders !== null || found.length > 1)) {
      senders = found.map(({ id }) => id);
      offered = search;
      take(search);
    }
    paint();
  }

  /** A whole id is wanted at once, as are all; what else is typed narrows the choice. */
  function take(typed) {
    if (typed === '' || senders.includes(typed)) {
      narrow('senderId', typed);
    }
  }

  function typeSender({ target: { value } }) {
    clearTimeout(looking);
    unknown = '';
    // What is still being looked for would be put into the field.
    looked = value.trim();
    take(looked);
    looking = setTimeout(() => offer(looked), TYPING);
  }

  /** What is left there half typed means the only sender that has it in its id; otherwise nobody can tell which. */
  async function chooseSender({ target }) {
    const typed = target.value.trim();
    if (typed === '') {
      // At once: who types on would keep the filter that was just taken away.
      take(typed);
    }
    if (typed !== offered) {
      clearTimeout(looking);
      await offer(typed);
    }
    // It may have been typed on meanwhile, or nobody could look.
    if (target.value.trim() !== typed || typed !== offered) {
      return;
    }
    const meant = senders.length === 1 && typed !== '' ? senders[0] : typed;
    if (meant === '' || senders.includes(meant)) {
      target.value = meant;
      take(meant);
      return;
    }
    unknown = senders.length === 0 ? 'campaigns.noSender' : 'campaigns.whichSender';
    paint();
  }

  /** The button goes with its reason, so that the field takes the focus; what was typed there means somebody by now. */
  async function offerAgain() {
    clearTimeout(looking);
    await offer(looked);
    const field = root.querySelector('[name=senderId]');
    if (!unread && field) {
      field.focus();
      await chooseSender({ target: field });
    }
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
      ${
        senders === null
          ? nothing
          : html`<label>${say('campaigns.sender')}
                <input name="senderId" type="search" list="senders" maxlength="100" autocomplete="off"
                  placeholder=${say('people.all')} .value=${wanted.senderId}
                  @input=${typeSender} @change=${chooseSender}></label>
              <datalist id="senders">${senders.map((id) => html`<option value=${id}></option>`)}</datalist>`
      }
      <label>${say('campaigns.from')}
        <input name="from" type="date" .value=${wanted.from}
          @change=${(event) => narrow('from', event.target.value)}></label>
      <label>${say('campaigns.until')}
        <input name="until" type="date" .value=${wanted.until}
          @change=${(event) => narrow('until', event.target.value)}></label>
      <label class="check"><input name="archived" type="checkbox" .checked=${wanted.archived !== ''}
          @change=${(event) => narrow('archived', event.target.checked ? 'true' : '')}>
        <span>${say('campaigns.withArchived')}</span></label>
      ${unknown ? html`<p class="problem" role="alert">${say(unknown)}</p>` : nothing}
      ${
        unread
          ? html`${trouble(say('campaigns.unreadSenders', { reason: unread }))}
              <button type="button" class="small" @click=${offerAgain}>${say('tryAgain')}</button>`
          : nothing
      }
    </form>
  `;

  const nobody = () =>
    filtered
      ? html`<p class="empty" role="status">${say('campaigns.none')}</p>`
      : html`<div class="empty">
          <p>${say('campaigns.empty')}</p>
          ${may('manage') ? html`<a class="button primary" href="#/new">${say('campaigns.first')}</a>` : nothing}
        </div>`;

  const view = () => html`
    <h1>${say('campaigns.title')}</h1>
    ${list.rows === null || (list.rows.length === 0 && !filtered) ? nothing : filter()}
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
  offer('');
  list = live('/api/campaigns', newestFirst, paint, (up, error) => {
    connected = up;
    problem = error?.message ?? '';
    paint();
  });
  left.addEventListener('abort', () => {
    clearTimeout(typing);
    clearTimeout(looking);
    list.stop();
  });
}
