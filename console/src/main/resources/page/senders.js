// Who sends: rates, limits, what blocks them.
import { html, render, nothing } from './lib.js';
import { get, post, put } from './api.js';
import { confirm, confirmAbove, form, note } from './dialogs.js';
import { changed } from './draft.js';
import { number, rate, share } from './format.js';
import { live } from './live.js';
import { USUAL } from './providers.js';
import { reasonWords } from './reasons.js';
import { loading, offline, trouble } from './states.js';
import { may } from './session.js';
import { say } from './texts.js';

/** The sender as a person wants it, and as the API takes it. */
const wishOf = (data) => ({
  provider: data.get('provider'),
  address: data.get('address').trim(),
  ratePerSecond: Number(data.get('rate')),
  lanes: Number(data.get('lanes')),
  account: data.get('account').trim(),
  dailyLimit: data.get('limit') ? Number(data.get('limit')) : null,
  capMessages: data.get('capMessages') ? Number(data.get('capMessages')) : null,
  capDays: data.get('capDays') ? Number(data.get('capDays')) : null,
});

/** What was changed, on top of what others have changed since the sender was looked at. */
async function merged(path, opened, wish) {
  const now = await get(path);
  const same = Object.fromEntries(Object.keys(wish).map((name) => [name, now[name]]));
  // The console takes a sender without an account as one with an empty one.
  return { ...same, ...changed({ ...opened, account: opened.account ?? '' }, wish) };
}

/** Campaigns that a change concerns: how many, and the names of the first ones. */
const affected = ({ campaigns, partial, names }) => {
  const count = number(campaigns);
  return say(
    'senders.moveText',
    {
      count: partial ? say('campaign.atLeast', { count }) : count,
      names: names.join(', ') + (campaigns > names.length ? ', …' : ''),
    },
    campaigns,
  );
};

/** Saves a sender; whether it was: a person may mind that campaigns go on with another provider or account. */
async function saved(path, wish, left) {
  try {
    await put(path, wish);
    return true;
  } catch (error) {
    const { affectedCampaigns } = error.members ?? {};
    if (left.aborted || !affectedCampaigns) {
      throw error;
    }
    const sure = await confirmAbove({
      title: say('senders.move'),
      text: affected(affectedCampaigns),
      action: say('senders.moveAnyway'),
      danger: true,
    });
    if (sure) {
      await put(`${path}?acceptScheduled=true`, wish);
    }
    return sure;
  }
}

const cap = ({ capMessages, capDays }) =>
  say('senders.capShown', { messages: number(capMessages), count: number(capDays) }, capDays);

const byId = (one, other) => (one.id < other.id ? -1 : 1);

export function senders(root, left) {
  let list = { rows: null };
  let problem = '';
  let connected = true;

  const edit = (sender) =>
    form({
      title: sender ? say('senders.edit', sender) : say('senders.new'),
      action: say('save'),
      fields: html`
        ${
          sender
            ? nothing
            : html`<label>${say('senders.id')}
                <input name="id" required pattern="(?:[A-Za-z0-9._]|-){1,100}"></label>`
        }
        <div class="columns">
          <label>${say('senders.provider')} <input name="provider" required value=${sender?.provider ?? USUAL}></label>
          <label>${say('senders.addressThere')}
            <input name="address" required value=${sender?.address ?? ''}></label>
        </div>
        <div class="columns">
          <label>${say('senders.rateField')}
            <input name="rate" type="number" min="0.01" step="any" required value=${sender?.ratePerSecond ?? 80}></label>
          <label>${say('senders.lanes')} <input name="lanes" type="number" min="1" max="1000" required value=${sender?.lanes ?? 1}></label>
          <label>${say('senders.limit')}
            <input name="limit" type="number" min="1" placeholder=${say('senders.noLimit')} value=${sender?.dailyLimit ?? ''}></label>
        </div>
        <p class="hint">${say('senders.hint')}</p>
        <div class="columns">
          <label>${say('senders.capMessages')}
            <input name="capMessages" type="number" min="1" max="1000" placeholder=${say('senders.noLimit')} value=${sender?.capMessages ?? ''}></label>
          <label>${say('senders.capDays')}
            <input name="capDays" type="number" min="1" max="90" value=${sender?.capDays ?? ''}></label>
        </div>
        <p class="hint">${say('senders.capHint')}</p>
        <label>${say('senders.account')}
          <input name="account" autocomplete="off" value=${sender?.account ?? ''}></label>
        <p class="hint">${say('senders.accountHint')}</p>
      `,
      save: async (data) => {
        const path = `/api/senders/${encodeURIComponent(sender?.id ?? data.get('id'))}`;
        const wish = sender ? await merged(path, sender, wishOf(data)) : wishOf(data);
        if (!(await saved(path, wish, left))) {
          return false;
        }
        note(say('saved'));
        return true;
      },
    });

  async function unblock(sender) {
    const yes = await confirm({
      title: say('senders.unblockTitle', sender),
      text: say('senders.unblockText', { reason: reasonWords(sender.blockReason) }),
      action: say('senders.unblockAction'),
    });
    if (yes) {
      try {
        await post(`/api/senders/${encodeURIComponent(sender.id)}/unblock`);
        note(say('senders.unblocked', sender));
      } catch (error) {
        note(error.message, 'bad');
      }
    }
  }

  const row = (sender) => html`
    <li class="card">
      <div class="line">
        <strong>${sender.id}</strong>
        <span class=${`badge ${sender.blocked ? 'failed' : 'completed'}`}>${say(sender.blocked ? 'status.blocked' : 'status.ready')}</span>
        <div class="actions">
          ${!may('operate') ? nothing : sender.blocked ? html`<button class="primary" @click=${() => unblock(sender)}>${say('senders.unblock')}</button>` : nothing}
          ${may('operate') ? html`<button @click=${() => edit(sender)} aria-label=${say('senders.changeOne', sender)}>${say('senders.change')}</button>` : nothing}
        </div>
      </div>
      ${sender.blocked ? html`<p class="reason">${reasonWords(sender.blockReason)}</p>` : nothing}
      <dl class="pairs">
        <div><dt>${say('senders.provider')}</dt><dd>${sender.provider}</dd></div>
        <div><dt>${say('senders.address')}</dt><dd><code>${sender.address}</code></dd></div>
        <div><dt>${say('senders.rate')}</dt><dd>${say('senders.rateShown', { rate: rate(sender.ratePerSecond) })}</dd></div>
        ${sender.lanes > 1 ? html`<div><dt>${say('senders.lanes')}</dt><dd>${number(sender.lanes)}</dd></div>` : nothing}
        <div><dt>${say('senders.limit')}</dt><dd>${
          sender.dailyLimit
            ? say('senders.limitUsed', {
                used: sender.usedIn24Hours === null ? '…' : number(sender.usedIn24Hours),
                limit: number(sender.dailyLimit),
                share: sender.usedIn24Hours === null ? '…' : share(sender.usedIn24Hours, sender.dailyLimit),
              })
            : say('senders.noLimit')
        }</dd></div>
        ${sender.capMessages ? html`<div><dt>${say('senders.cap')}</dt><dd>${cap(sender)}</dd></div>` : nothing}
      </dl>
    </li>
  `;

  const view = () => html`
    <div class="line title"><h1>${say('senders.title')}</h1>
      <div class="actions">${may('operate') ? html`<button id="add-sender" class="primary" @click=${() => edit(null)}>${say('senders.add')}</button>` : nothing}</div></div>
    ${problem ? trouble(problem) : nothing}
    ${connected ? nothing : offline()}
    ${
      list.rows === null
        ? loading()
        : list.rows.length === 0
          ? html`<div class="empty"><p>${say('senders.empty')}</p></div>`
          : html`<ul class="list">${list.rows.map(row)}</ul>
            ${list.more()}`
    }
  `;

  const paint = () => render(view(), root);
  paint();
  list = live('/api/senders', byId, paint, (up, error) => {
    connected = up;
    problem = error?.message ?? '';
    paint();
  });
  left.addEventListener('abort', list.stop);
}
