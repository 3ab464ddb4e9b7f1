// One person's message after the other, as each gets it.
import { html, nothing } from './lib.js';
import { number } from './format.js';
import { say } from './texts.js';

/**
 * Shows what `show` makes of one of these people, or of nobody, with the way to the others. They are the first of
 * `total`; null if that is not known, which it is of few.
 */
export function walk(paint) {
  let at = 0;
  const go = (by, people) => () => {
    at = (at + by + people.length) % people.length;
    paint();
  };
  const button = (key, by, people) =>
    html`<button type="button" class="small" name=${key} @click=${go(by, people)}>${say(`preview.${key}`)}</button>`;

  const view = (people, total, show) => {
    at = Math.min(at, Math.max(0, people.length - 1));
    const one = people[at] ?? null;
    return html`
      <div class="line walk">
        <span class="quiet">${one ? say('preview.of', one) : say('create.previewNone')}</span>
        ${
          people.length > 1
            ? html`${button('before', -1, people)} ${button('after', 1, people)}
                <small class="quiet" role="status">${say(
                  total === null || total > people.length ? 'preview.placeFirst' : 'preview.place',
                  { at: number(at + 1), count: number(people.length) },
                )}</small>`
            : nothing
        }
      </div>
      ${show(one)}`;
  };
  /** Who of these people is shown. */
  view.one = (people) => people[Math.min(at, Math.max(0, people.length - 1))] ?? null;
  return view;
}
