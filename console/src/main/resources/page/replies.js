// What recipients wrote back and which buttons they pressed: counted, searched, page by page.
import { html, nothing } from './lib.js';
import { download, get } from './api.js';
import { note } from './dialogs.js';
import { FOR_EXCEL } from './exports.js';
import { moment, number } from './format.js';
import { pages } from './pages.js';
import { save } from './rejected.js';
import { say } from './texts.js';

export function replies(path, paint) {
  let phone = '';
  let counted = '';
  const list = pages(
    (after) => get(`${path}/replies?${new URLSearchParams({ after, ...(phone ? { phone } : {}) })}`),
    (page) => page.next,
    paint,
  );

  /** Reads the list once there may be something in it, and again when there is more; a search waits to be repeated. */
  function follow({ replied, clicks }) {
    const now = JSON.stringify([replied, clicks]);
    if (replied !== 0 && now !== counted) {
      counted = now;
      if (!phone) {
        list.again();
      }
    }
  }

  const search = (event) => {
    event.preventDefault();
    phone = new FormData(event.target).get('number').trim();
    list.reload();
  };

  async function exportAll() {
    try {
      save('replies.csv', await download(`${path}/replies?${new URLSearchParams(FOR_EXCEL)}`, 'text/csv'));
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  const words = {
    text: ({ text }) => html`<span class="said">${text}</span>`,
    button: ({ text }) => html`<span class="badge">${text}</span>`,
    other: ({ text }) => html`<span><span class="quiet">${say('replies.other')}</span> ${text ?? nothing}</span>`,
  };

  const row = (one) => html`
    <tr>
      <td data-label=${say('replies.number')}><code>${one.phone}</code></td>
      <td data-label=${say('replies.reply')}>${words[one.kind](one)}</td>
      <td data-label=${say('replies.time')}><small>${moment(one.at)}</small></td>
    </tr>
  `;

  const table = (page) => html`
    <table class="cards">
      <thead><tr><th>${say('replies.number')}</th><th>${say('replies.reply')}</th><th>${say('replies.time')}</th></tr></thead>
      <tbody>${page.replies.map(row)}</tbody>
    </table>
  `;

  /** Null where counting takes too long. */
  const buttons = (clicks) =>
    !clicks?.length
      ? nothing
      : html`<p class="line" id="clicks">${say('replies.clicks')}
          ${clicks.map(({ button, count }) => html`<span><span class="badge">${button}</span> <strong>${number(count)}</strong></span>`)}</p>`;

  const view = ({ replied, clicks }) =>
    replied === 0
      ? nothing
      : html`<section aria-labelledby="replies">
          <h2 id="replies">${say('replies.title')}</h2>
          ${buttons(clicks)}
          <form class="filter" role="search" @submit=${search}>
            <label>${say('people.begins')} <input name="number" inputmode="tel" placeholder="+55 11 …"></label>
            <button>${say('people.show')}</button>
            <button type="button" id="exportReplies" @click=${exportAll}>${say('replies.export')}</button>
          </form>
          ${list.view((page) => (page.replies.length === 0 ? html`<p class="quiet">${say('nobody')}</p>` : table(page)))}
        </section>`;

  return { follow, view };
}
