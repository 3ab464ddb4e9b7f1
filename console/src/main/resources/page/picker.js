// Picks one of the sender's approved templates and fills in its parameters: a column or a fixed text each.
import { html, nothing } from './lib.js';
import { get } from './api.js';
import { number } from './format.js';
import { trouble } from './states.js';
import { empty, isWholeUrl, slots, unknownParts, urlParts } from './templates.js';
import { parts, say, sayOr } from './texts.js';

const SHOWN = 12;
const ALL = '';
/** Each with the kind of its badge. */
const QUALITIES = { GREEN: 'read', YELLOW: 'unconfirmed', RED: 'failed' };
const NO_FILTER = { search: '', language: ALL, category: ALL, status: 'APPROVED' };

const categoryWords = (one) => sayOr(`template.category.${one}`, String(one).toLowerCase());
const stateWords = (one) => sayOr(`template.state.${one}`, String(one).toLowerCase());
const bodyOf = (template) => template.components.find((one) => one.type === 'BODY')?.text ?? '';
const usable = (template) => template.status === 'APPROVED' && unknownParts(template).length === 0;

export function picker(paint) {
  let sender = null;
  let list = null;
  let problem = '';
  let reading = false;
  let filter = NO_FILTER;

  async function read(refresh) {
    const asked = sender;
    list = null;
    problem = '';
    reading = true;
    try {
      const found = await get(`/api/senders/${encodeURIComponent(asked)}/templates${refresh ? '?refresh=true' : ''}`);
      if (asked === sender) {
        list = found;
      }
    } catch (error) {
      if (asked === sender) {
        problem =
          error.members?.field === 'account' ? say('template.noAccount') : say('template.unread', { reason: error.message });
      }
    }
    if (asked === sender) {
      reading = false;
      paint();
    }
  }

  const again = () => {
    read(true);
    paint();
  };

  /** Reads the templates of this sender, once. */
  function of(id) {
    if (id && id !== sender) {
      sender = id;
      read(false);
    }
  }

  const matches = (template) =>
    (filter.language === ALL || template.language === filter.language) &&
    (filter.category === ALL || template.category === filter.category) &&
    (filter.status === ALL || template.status === filter.status) &&
    `${template.name} ${bodyOf(template)}`.toLowerCase().includes(filter.search.trim().toLowerCase());

  const narrow = (name) => (event) => {
    filter = { ...filter, [name]: event.target.value };
    paint();
  };

  const select = (name, words) => html`
    <label>${say(`template.${name}`)}
      <select name=${`template-${name}`} @change=${narrow(name)}>
        <option value=${ALL} ?selected=${filter[name] === ALL}>${say('people.all')}</option>
        ${[...new Set([...(name === 'status' ? ['APPROVED'] : []), ...list.map((one) => one[name])])]
          .filter(Boolean)
          .sort()
          .map((value) => html`<option value=${value} ?selected=${value === filter[name]}>${words(value)}</option>`)}
      </select></label>
  `;

  /** What was chosen by keyboard has gone; what comes next is there. */
  const then = (...selectors) => selectors.map((one) => document.querySelector(one)).find(Boolean)?.focus();

  function pick(template, change) {
    change({ picked: { template, values: empty(template) } });
    then('.slot select', '#other-template');
  }

  /** As the provider rates it; most templates are not rated yet. */
  const quality = (template) =>
    QUALITIES[template.quality]
      ? html`<span class=${`badge ${QUALITIES[template.quality]}`}>${say(`template.quality.${template.quality}`)}</span>`
      : nothing;

  const option = (change) => (template) => html`
    <li><button type="button" class="pick" ?disabled=${!usable(template)} @click=${() => pick(template, change)}>
      <strong>${template.name}</strong>
      <small class="quiet">${template.language} · ${categoryWords(template.category)}</small>
      ${template.status === 'APPROVED' ? nothing : html`<span class="badge">${stateWords(template.status)}</span>`}
      ${quality(template)}
      <small class="text">${bodyOf(template)}</small>
      ${
        unknownParts(template).length
          ? html`<small class="quiet">${say('template.byJson', { parts: unknownParts(template).join(', ') })}</small>`
          : nothing
      }</button></li>
  `;

  function choice(change) {
    const found = list.filter(matches);
    return html`
      <div class="columns">
        <label>${say('template.search')}
          <input name="template-search" type="search" .value=${filter.search} @input=${narrow('search')}></label>
        ${select('language', (value) => value)} ${select('category', categoryWords)} ${select('status', stateWords)}
      </div>
      <p class="hint" role="status">${parts('template.found', { count: number(found.length) }, found.length)}
        ${found.length > SHOWN ? say('template.narrow', { shown: number(SHOWN) }) : nothing}</p>
      <ul class="picks" aria-label=${say('template.list')}>${found.slice(0, SHOWN).map(option(change))}</ul>
      <button type="button" class="small" @click=${again}>${say('template.refresh')}</button>
    `;
  }

  const slotName = ({ part, name, kind }) =>
    kind === 'text' ? say(`template.slot.${part}`, { name: `{{${name}}}` }) : say(`template.slot.${kind}`, { name });

  function urlHint({ url }, { column, value }) {
    const { before: start } = urlParts(url);
    return !column && isWholeUrl(value, url)
      ? html`<p class="problem">${say('template.wholeUrl', { start })}</p>`
      : html`<p class="hint">${parts('template.begins', { start: html`<code>${start}</code>` })}</p>`;
  }

  function slotField(slot, picked, change, columns) {
    const value = picked.values[slot.key] ?? { column: false, value: '' };
    const set = (more) =>
      change({ picked: { ...picked, values: { ...picked.values, [slot.key]: { ...value, ...more } } } });
    const known = value.column && columns.length > 0;
    return html`
      <fieldset class="slot">
        <legend>${slotName(slot)} ${slot.example ? html`<small class="quiet">${say('template.example', slot)}</small>` : nothing}</legend>
        <label><span class="unseen">${say('template.from')}</span>
          <select name=${`source-${slot.key}`} @change=${(event) => set({ column: event.target.value === 'column' })}>
            <option value="column" ?selected=${value.column}>${say('template.column')}</option>
            <option value="text" ?selected=${!value.column}>${say('template.fixed')}</option>
          </select></label>
        <label><span class="unseen">${say(value.column ? 'template.columnName' : 'template.fixedText')}</span>
          <input name=${`value-${slot.key}`} required maxlength="1000" autocomplete="off" list=${known ? 'columns' : nothing}
            placeholder=${value.column ? say('template.columnName') : slot.example || say('template.fixedText')}
            .value=${value.value} @input=${(event) => set({ value: event.target.value })}></label>
        ${slot.kind === 'url' ? urlHint(slot, value) : nothing}
      </fieldset>
    `;
  }

  function other(change) {
    change({ picked: null });
    then('[name=template-search]');
  }

  const form = (draft, change, columns) => html`
    <p class="line"><span><strong>${draft.picked.template.name}</strong>
        <small class="quiet">${draft.picked.template.language} · ${categoryWords(draft.picked.template.category)}</small></span>
      <button type="button" class="small" id="other-template" @click=${() => other(change)}>${say('template.other')}</button></p>
    ${slots(draft.picked.template).length ? html`<p class="hint">${say('template.fill')}</p>` : html`<p class="hint">${say('template.nothing')}</p>`}
    ${slots(draft.picked.template).map((slot) => slotField(slot, draft.picked, change, columns))}
    <datalist id="columns">${columns.map((name) => html`<option value=${name}></option>`)}</datalist>
  `;

  function view(draft, change, columns, expert) {
    if (draft.picked) {
      return form(draft, change, columns);
    }
    if (reading || sender === null) {
      return html`<p class="quiet" role="status">${say('template.reading')}</p>`;
    }
    if (problem) {
      return html`${trouble(problem)}
        <p><button type="button" class="small" @click=${again}>${say('tryAgain')}</button></p>
        ${expert()}`;
    }
    return list.length === 0
      ? html`<p class="reason" role="status">${say('template.none')}</p> ${expert()}`
      : choice(change);
  }

  return {
    of,
    view,
    /** Whether there are none to pick from, so that a person writes it. */
    byHand: () => !reading && sender !== null && !list?.length,
    /** Whether one has to be picked, as there are some. */
    mustPick: (draft) => !draft.picked && (reading || (list?.length ?? 0) > 0),
  };
}
