// Which column of a file gives each variable of a message.
import { html, nothing } from './lib.js';
import { say } from './texts.js';

/** What else the console takes columns for; a name with a colon cannot be mapped. */
const NOT_MAPPED = ['external_id', 'externalId', 'time_zone', 'timeZone'];
const isMapped = (name) => !NOT_MAPPED.includes(name) && !name.includes(':');

/** People looked at for examples, and how long these may be together. */
const EXAMPLES = 3;
const LONGEST = 40;

/** Without case, spaces and accents, as the console compares names of columns of numbers. */
const plain = (name) =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();

/** The only one that is called alike, if there is one. */
function alike(name, columns) {
  const called = plain(name);
  const found = called ? columns.filter((column) => plain(column) === called) : [];
  return found.length === 1 ? found[0] : '';
}

function columnOf(name, columns, chosen) {
  if (columns.includes(name)) {
    return name;
  }
  const known = chosen === '' || columns.includes(chosen);
  return isMapped(name) ? (known ? chosen : alike(name, columns)) : '';
}

/** The column of each variable: the one of its name, the one chosen by hand, or the only one alike; or none (''). */
export const columnsOf = (wanted, columns, chosen) =>
  Object.fromEntries(wanted.map((name) => [name, columnOf(name, columns, chosen[name])]));

/** What the console has to be told: as it does, a column that gives another variable loses its own name. */
export function mapOf(taken) {
  const all = Object.entries(taken).filter(([, column]) => column);
  const moved = all.filter(([name, column]) => name !== column).map(([, column]) => column);
  return all.filter(([, column]) => moved.includes(column));
}

/** A person with the variables that the console makes of the columns. */
export function mapped(map, one) {
  const moved = map.map(([, column]) => column);
  const kept = Object.entries(one.variables).filter(([column]) => !moved.includes(column));
  return { ...one, variables: Object.fromEntries([...kept, ...map.map(([name, column]) => [name, one.variables[column]])]) };
}

function examples(column, people) {
  const values = people.slice(0, EXAMPLES).map((one) => one.variables[column] ?? '');
  const shown = values.filter((value) => value.trim()).join(', ');
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** Each variable with its column, to be chosen where none has its name; and the columns that none takes. */
export function columnsView(taken, columns, people, choose) {
  const names = Object.entries(taken);
  const unused = columns.filter((column) => !names.some(([, used]) => used === column));
  const withExamples = (column) => {
    const shown = examples(column, people);
    return shown ? `${column} (${shown})` : column;
  };
  const select = (name, column) => html`
    <label><code>{{${name}}}</code>
      <select name=${`column-${name}`} @change=${(event) => choose(name, event.target.value)}>
        <option value="" .selected=${column === ''}>${say('columns.choose')}</option>
        ${columns.map((one) => html`<option value=${one} .selected=${one === column}>${withExamples(one)}</option>`)}
      </select></label>
  `;
  const named = (name, column) => html`
    <p><code>{{${name}}}</code><br><small class="quiet">${column ? withExamples(column) : say('columns.none')}</small></p>
  `;
  return html`
    <fieldset class="taken">
      <legend>${say('columns.title')}</legend>
      <div class="columns">
        ${names.map(([name, column]) =>
          name === column || !isMapped(name) ? named(name, column) : select(name, column),
        )}
      </div>
      ${unused.length ? html`<p class="hint">${say('columns.unused', { names: unused.join(', ') })}</p>` : nothing}
    </fieldset>
  `;
}
