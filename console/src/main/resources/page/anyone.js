// What any of a campaign's people gets: one after the other over all pages, or whoever is searched for.
import { html, nothing, render } from './lib.js';
import { number } from './format.js';
import { pages } from './pages.js';
import { recipientsAfter, untilFound } from './searching.js';
import { say } from './texts.js';

const PAGE = 100;

/** Enough of a number to find it by the index of numbers, however many people there are. */
const NUMBER = /^\+?[\d ()./-]{6,}$/;

/** Shows what `show` makes of one of the campaign's people, or of nobody; `of` are those among whom one goes. */
export function anyone(path, paint, of = {}) {
  let sought = '';
  let typed = '';
  let at = 0;
  // Where one stands on the page that has been asked for, once it is there.
  let arrival = 0;
  let shown = null;

  async function read(after) {
    const part = (wanted) => (from) => recipientsAfter(path, from, { ...of, ...wanted });
    if (sought && NUMBER.test(sought)) {
      const page = await part({ phone: sought })(after).catch(() => null);
      if (page?.recipients.length) {
        return page;
      }
    }
    return untilFound(part(sought ? { search: sought } : {}), after);
  }

  const list = pages(read, (page) => page.next, paint);
  const people = () => list.page()?.recipients ?? [];

  /** Who is shown. */
  function one() {
    if (list.page() !== shown) {
      shown = list.page();
      at = Math.max(0, Math.min(arrival, people().length - 1));
      arrival = at;
    }
    return people()[at] ?? null;
  }

  /** After a full page there may be nobody. */
  const beyond = () => list.before() > 0 && !list.page()?.next && people().length === 0;

  function search(text) {
    sought = text.trim();
    typed = text;
    arrival = 0;
    list.reload();
  }

  function next() {
    if (at + 1 < people().length) {
      arrival = ++at;
      paint();
    } else {
      arrival = 0;
      list.forward();
    }
  }

  function previous() {
    if (at > 0) {
      arrival = --at;
      paint();
    } else {
      arrival = PAGE;
      list.back();
    }
  }

  /** One that were disabled at the last person would lose the focus. */
  const button = (key, go, may) =>
    html`<button type="button" class="small" name=${key} aria-disabled=${!may} @click=${() => may && go()}>${say(`preview.${key}`)}</button>`;

  /** No form, as this stands in one where Enter would send the campaign. */
  const field = () => html`
    <div class="line find">
      <label>${say('preview.find')}
        <input type="search" name="find" maxlength="200" autocomplete="off" .value=${typed}
          @input=${(event) => (typed = event.target.value)}
          @keydown=${(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              search(event.target.value);
            }
          }}></label>
      <button type="button" class="small" name="search" @click=${() => search(typed)}>${say('preview.search')}</button>
      ${sought ? html`<button type="button" class="small" name="everybody" @click=${() => search('')}>${say('preview.everybody')}</button>` : nothing}
    </div>`;

  function words(person) {
    if (list.failed()) {
      return say('preview.unread');
    }
    if (person || !list.page()) {
      return person ? say('preview.of', person) : '';
    }
    if (beyond()) {
      return say('preview.wasLast');
    }
    return sought ? say(list.page()?.next ? 'preview.notYet' : 'preview.notFound') : say('create.previewNone');
  }

  /** `total` is how many there are, if that is known. */
  const view = (show, total) => {
    const person = one();
    const page = list.page();
    const place = list.before() * PAGE + at + 1;
    if (page && !person && !sought && of.status && !beyond()) {
      return nothing;
    }
    return html`
      ${page && (person || sought || beyond()) ? field() : nothing}
      <div class="line walk">
        <span class="quiet" role="status">${words(person)}</span>
        ${
          page && (sought || list.before() > 0 || people().length > 1)
            ? html`${button('before', previous, at > 0 || list.before() > 0)}
                ${button('after', next, at + 1 < people().length || Boolean(page.next))}
                ${sought || !person || !total ? nothing : html`<small class="quiet">${say('preview.place', { at: number(place), count: number(total) })}</small>`}`
            : nothing
        }
      </div>
      ${(!sought && !beyond()) || person ? show(person) : nothing}`;
  };

  list.reload();
  return {
    view,
    one,
    /** The same page once more, as people have come or gone. */
    again: list.again,
  };
}

/** The same where nothing else is painted anew, as in a dialog. */
export function anyoneIn(path, of, show, total) {
  const place = document.createElement('div');
  let people = null;
  const paint = () => people && render(people.view(show, total), place);
  people = anyone(path, paint, of);
  paint();
  return place;
}
