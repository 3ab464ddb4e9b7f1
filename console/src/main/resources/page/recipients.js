// A campaign's recipients: searched, filtered, page by page.
import { html, nothing } from './lib.js';
import { exportLink } from './exports.js';
import { badge, counts, moment, number, statusWords } from './format.js';
import { pages } from './pages.js';
import { recipientsAfter, untilFound } from './searching.js';
import { selection } from './selection.js';
import { say } from './texts.js';

const STATUSES = ['PENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'UNCONFIRMED', 'SUPPRESSED'];

/** The times at which it got as far as this. */
const TIMES = [
  ['sentAt', 'SENT'],
  ['deliveredAt', 'DELIVERED'],
  ['readAt', 'READ'],
  ['failedAt', 'FAILED'],
];

/** `left` is aborted when the view is left. */
export function recipients(path, paint, left) {
  let wanted = {};
  // How many were looked through before each place of a search.
  let far = {};
  // How many have been looked through while it goes on; null while it does not.
  let searching = null;
  const opened = new Set();
  const ticked = selection(paint);
  // What is done with those who are ticked; null where nothing can be.
  let act = null;
  // Whether a file can be added above.
  let takes = false;

  /** A part of a search in which nobody is found is followed by the next one, for a while. */
  async function read(after) {
    const mine = far;
    const part = async (from) => {
      const page = await recipientsAfter(path, from, wanted);
      if (page.searched) {
        mine[page.next] = (mine[from] ?? 0) + page.searched;
      }
      return page;
    };
    try {
      return await untilFound(part, after, (page) => {
        if (far !== mine || left.aborted) {
          return false;
        }
        searching = mine[page.next];
        paint();
        return true;
      });
    } finally {
      searching = far === mine ? null : searching;
    }
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
    searching = null;
    wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
    list.reload();
  };

  const holds = (text) => wanted.search && String(text).toLowerCase().includes(wanted.search.toLowerCase());

  /** What else is known of a person: the key, the values and the times. */
  const known = (one) => [
    ...(one.externalId ? [['external_id', one.externalId]] : []),
    ...Object.entries(one.variables ?? {}),
  ];

  const toggle = (id) => () => {
    opened.delete(id) || opened.add(id);
    paint();
  };

  const pair = ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

  const more = (one) => html`
    <tr class="more"><td colspan=${act ? 7 : 6}><dl class="pairs" id=${`person-${one.id}`}>
      ${TIMES.filter(([at]) => one[at]).map(([at, status]) => pair([statusWords(status), moment(one[at])]))}
      ${known(one).map(([name, value]) => pair([html`<code>${name}</code>`, value]))}
    </dl></td></tr>
  `;

  /** Beside the number, what a search found there. */
  const row = (one) => html`
    <tr>
      ${act ? html`<td class="tick" data-label=${say('selection.tick')}>${ticked.box(one)}</td>` : nothing}
      <td data-label=${say('people.number')}><span><code>${one.phone}</code>${known(one)
        .filter(([, value]) => holds(value))
        .map(([name, value]) => html`<br><small class="quiet">${name}: ${value}</small>`)}</span></td>
      <td data-label=${say('people.status')}>${badge(one.status)}</td>
      <td data-label=${say('people.why')}><span>${one.errorCode ? html`<code>${one.errorCode}</code> ` : nothing}<small>${one.errorDetail ?? ''}</small></span></td>
      <td data-label=${say('people.attempts')} class="count">${number(one.attempts)}</td>
      <td data-label=${say('people.changed')}><small>${moment(one.updatedAt)}</small></td>
      <td class="do"><button class="small" aria-expanded=${opened.has(one.id)} aria-label=${say('people.moreOf', one)}
        @click=${toggle(one.id)}>${say('people.more')}</button></td>
    </tr>
    ${opened.has(one.id) ? more(one) : nothing}
  `;

  const head = (key) => html`<th>${say(`people.${key}`)}</th>`;

  const table = (page) => html`
    ${act ? ticked.bar(page.recipients, act) : nothing}
    <table class="cards">
      <thead><tr>${act ? html`<th><span class="unseen">${say('selection.tick')}</span></th>` : nothing}${['number', 'status', 'why', 'attempts', 'changed'].map(head)}<td></td></tr></thead>
      <tbody>${page.recipients.map(row)}</tbody>
    </table>
  `;

  const total = (campaign) => (wanted.status ? counts(campaign)[wanted.status.toLowerCase()] : campaign.total);

  const progress = (key, done, campaign) => {
    const all = total(campaign);
    return html`<p class="quiet" role="status">${
      say(all > done ? `people.${key}` : `people.${key}Some`, { done: number(done), all: number(all ?? 0) })
    }</p>`;
  };

  /** That nobody is there, and what to do about it. */
  function none() {
    if (Object.keys(wanted).length > 0) {
      return say('people.noneFound');
    }
    return say(takes ? 'people.none' : 'nobody');
  }

  /** A search looks through so many at a time: that nobody is among them does not mean that there is nobody. */
  const found = (page, campaign) => {
    const nobodyIs = page.recipients.length === 0;
    if (page.searched) {
      return html`${nobodyIs ? nothing : table(page)} ${progress(nobodyIs ? 'noneYet' : 'searched', far[page.next], campaign)}`;
    }
    return nobodyIs ? html`<p class="quiet">${none()}</p>` : table(page);
  };

  /** With the statuses that somebody has, what can be done with those who are ticked, and whether more can be added. */
  const view = (statuses, campaign, withTicked, takesMore) => {
    act = withTicked;
    takes = takesMore;
    return html`
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
      ${searching === null ? list.view((page) => found(page, campaign)) : progress('searching', searching, campaign)}
    </section>
    `;
  };

  /** From the start, as the campaign is not what it was. */
  function reload() {
    ticked.clear();
    list.reload();
  }

  return { view, reload };
}
