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
  // All that is known of the newest, of which the console follows the first page; and what is shown.
  let newest = { rows: new Map(), complete: true };
  let first = new Set();
  let shown = newest;
  let query = '';
  const list = { rows: null, more: () => nothing, filter: () => {}, stop: () => {} };

  function show() {
    list.rows = [...shown.rows.values()].sort(compare);
    paint();
  }

  const put = (rows) => rows.forEach((row) => shown.rows.set(row.id, row));

  async function page(after) {
    const asked = query;
    const place = after ? `after=${encodeURIComponent(after)}` : '';
    try {
      const rows = await get(`${path}?${[asked, place].filter(Boolean).join('&')}`);
      if (asked !== query) {
        return;
      }
      if (!after) {
        shown = { rows: new Map(), complete: true };
      }
      shown.complete = rows.length < PAGE;
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
    return show();
  };

  list.more = () =>
    shown.complete
      ? nothing
      : html`<div class="actions"><button id="more" @click=${() => page(list.rows.at(-1).id)}>${say('more')}</button></div>`;

  /** The whole first page. What has come and gone since the last one was not told, so all else is forgotten. */
  function begin(rows) {
    const all = shown === newest;
    newest = { rows: new Map(), complete: rows.length < PAGE };
    first = new Set();
    shown = all ? newest : shown;
    change(rows);
  }

  function change(rows) {
    rows.forEach((row) => {
      first.add(row.id);
      newest.rows.set(row.id, row);
    });
    if (shown !== newest) {
      put(rows.filter((row) => shown.rows.has(row.id)));
    }
  }

  /** From the first page. Whom newer ones have pushed out of it is still there, after all of it. */
  function leave(ids) {
    ids.forEach((id) => first.delete(id));
    if (first.size < PAGE) {
      // There are no others.
      newest.rows.forEach((row, id) => first.has(id) || newest.rows.delete(id));
      newest.complete = true;
      return;
    }
    const last = [...first].map((id) => newest.rows.get(id)).sort(compare).at(-1);
    ids
      .filter((id) => newest.rows.has(id) && compare(newest.rows.get(id), last) < 0)
      .forEach((id) => newest.rows.delete(id));
  }

  const told = { changes: change, gone: leave };
  list.stop = follow(
    `${path}/events`,
    (rows, event) => {
      (told[event] ?? begin)(rows);
      show();
    },
    onConnection,
  );
  return list;
}
