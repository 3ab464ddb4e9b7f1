// A live list: its newest rows as they change, and more of it page by page.
import { html, nothing } from './lib.js';
import { follow, get } from './api.js';
import { note } from './dialogs.js';
import { say } from './texts.js';

const PAGE = 200;

/** All rows of a list that is read in pages by their ids. */
export async function all(path) {
  const rows = await get(path);
  for (let page = rows; page.length === PAGE; ) {
    page = await get(`${path}?after=${encodeURIComponent(rows.at(-1).id)}`);
    rows.push(...page);
  }
  return rows;
}

/**
 * Follows the list at a path, in the order of `compare`, until its `stop` is called. `rows` is null
 * until something is known. `filter` shows those that a query wants, of which those that are among the
 * newest change as they are looked at; with an empty one, all again.
 */
export function live(path, compare, paint, onConnection) {
  // All that is known of the newest, and what is shown.
  const newest = new Map();
  let newestComplete = true;
  let shown = newest;
  let complete = true;
  let query = '';
  const list = { rows: null, more: () => nothing, filter: () => {}, stop: () => {} };

  function show() {
    list.rows = [...shown.values()].sort(compare);
    paint();
  }

  const put = (rows) => rows.forEach((row) => shown.set(row.id, row));

  async function page(after) {
    const asked = query;
    const place = after ? `after=${encodeURIComponent(after)}` : '';
    try {
      const rows = await get(`${path}?${[asked, place].filter(Boolean).join('&')}`);
      if (asked !== query) {
        return;
      }
      if (!after) {
        shown = new Map();
      }
      complete = rows.length < PAGE;
      put(rows);
      show();
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  list.filter = (wanted) => {
    query = wanted.toString();
    if (query) {
      return page(null);
    }
    shown = newest;
    complete = newestComplete;
    return show();
  };

  list.more = () =>
    complete
      ? nothing
      : html`<div class="actions"><button id="more" @click=${() => page(list.rows.at(-1).id)}>${say('more')}</button></div>`;
  list.stop = follow(
    `${path}/events`,
    (rows, event) => {
      // The first event is the whole first page; those after it tell what has changed.
      if (event !== 'changes' && list.rows === null) {
        complete = rows.length < PAGE;
        newestComplete = complete;
      }
      rows.forEach((row) => newest.set(row.id, row));
      if (shown !== newest) {
        put(rows.filter((row) => shown.has(row.id)));
      }
      show();
    },
    onConnection,
  );
  return list;
}
