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
 * until something is known.
 */
export function live(path, compare, paint, onConnection) {
  const byId = new Map();
  let complete = true;
  const list = { rows: null, more: () => nothing, stop: () => {} };

  function take(rows) {
    rows.forEach((row) => byId.set(row.id, row));
    list.rows = [...byId.values()].sort(compare);
    paint();
  }

  async function next() {
    try {
      const page = await get(`${path}?after=${encodeURIComponent(list.rows.at(-1).id)}`);
      complete = page.length < PAGE;
      take(page);
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  list.more = () =>
    complete ? nothing : html`<div class="actions"><button id="more" @click=${next}>${say('more')}</button></div>`;
  list.stop = follow(
    `${path}/events`,
    (rows, event) => {
      // The first event is the whole first page; those after it tell what has changed.
      if (event !== 'changes' && list.rows === null) {
        complete = rows.length < PAGE;
      }
      take(rows);
    },
    onConnection,
  );
  return list;
}
