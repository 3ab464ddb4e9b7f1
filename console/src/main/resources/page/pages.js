// A list that is read page by page, with a way back. Of two answers the one asked for last counts.
import { html, nothing } from './lib.js';
import { loading, trouble } from './states.js';
import { say } from './texts.js';

const START = '';

/** `read` asks for the page after a place, `next` tells where the one after a page begins, if there is one. */
export function pages(read, next, paint) {
  let page = null;
  // Where the pages up to this one begin.
  let way = [START];
  let problem = '';
  let asked = 0;

  async function go(there) {
    const mine = ++asked;
    try {
      const answer = await read(there.at(-1));
      if (mine !== asked) {
        return;
      }
      page = answer;
      way = there;
      problem = '';
    } catch (error) {
      if (mine !== asked) {
        return;
      }
      problem = error.message;
    }
    paint();
  }

  const buttons = () => {
    const after = page && next(page);
    return way.length > 1 || after
      ? html`<div class="actions">
          <button ?disabled=${way.length === 1} @click=${() => go(way.slice(0, -1))}>${say('previous')}</button>
          <button ?disabled=${!after} @click=${() => go([...way, after])}>${say('next')}</button>
        </div>`
      : nothing;
  };

  return {
    page: () => page,
    /** How many pages come before this one. */
    before: () => way.length - 1,
    forward: () => go([...way, next(page)]),
    back: () => go(way.slice(0, -1)),
    failed: () => problem !== '',
    /** From its start on, as something else is wanted. */
    reload: () => go([START]),
    /** The same page once more. */
    again: () => go(way),
    view: (shown) => html`
      ${problem ? trouble(problem) : nothing}
      ${page !== null ? shown(page) : problem ? nothing : loading()}
      ${buttons()}
    `,
  };
}
