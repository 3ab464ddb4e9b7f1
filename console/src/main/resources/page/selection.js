// Whom a person has ticked in a list, over all of its pages.
import { html, nothing } from './lib.js';
import { note } from './dialogs.js';
import { number } from './format.js';
import { say } from './texts.js';

/** As many as one request names. */
const MOST = 1000;

export function selection(paint) {
  const chosen = new Map();

  function set(people, on) {
    people.forEach((one) => (on ? chosen.size < MOST && chosen.set(one.id, one) : chosen.delete(one.id)));
    if (on && people.some((one) => !chosen.has(one.id))) {
      note(say('selection.most', { count: number(MOST) }), 'bad');
    }
    paint();
  }

  const box = (one) => html`<input type="checkbox" aria-label=${say('selection.one', one)} .checked=${chosen.has(one.id)}
    @change=${(event) => {
      set([one], event.target.checked);
      event.target.checked = chosen.has(one.id);
    }}>`;

  /** Stands above the list: all of this page, how many there are in all, and what is done with them. */
  function bar(people, act) {
    const here = people.filter((one) => chosen.has(one.id)).length;
    const count = number(chosen.size);
    return html`
      <div class="line selection">
        <label class="check"><input type="checkbox" name="select-page" .checked=${here > 0 && here === people.length}
          .indeterminate=${here > 0 && here < people.length}
          @change=${(event) => {
            set(people, event.target.checked);
            event.target.checked = people.every(({ id }) => chosen.has(id));
          }}> ${say('selection.page')}</label>
        <span class="quiet" role="status">${say('selection.count', { count }, chosen.size)}</span>
        ${
          chosen.size > 0
            ? html`<button class="small" id="resend-selected" @click=${() => act([...chosen.values()])}>${say('selection.resend', { count }, chosen.size)}</button>
                <button class="small" id="select-none" @click=${none}>${say('selection.none')}</button>`
            : nothing
        }
      </div>`;
  }

  function none(event) {
    const here = event.target.closest('.selection');
    set([...chosen.values()], false);
    // The button that had the focus has gone.
    here.querySelector('[name=select-page]').focus();
  }

  return { box, bar, clear: () => chosen.clear() };
}
