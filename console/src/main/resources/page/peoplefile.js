// A file of recipients: chosen, looked at by the console before anything is made of it, and with
// what has to be said about it: its encoding, its column of numbers, their country.
import { html, nothing } from './lib.js';
import { get, upload } from './api.js';
import { country, number } from './format.js';
import { rejections } from './rejected.js';
import { trouble } from './states.js';
import { parts, say } from './texts.js';

const CHARSETS = [
  '',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'x-MacRoman',
  'UTF-16LE',
  'Shift_JIS',
  'GB18030',
].map((charset) => [charset, say(`charset.${charset}`)]);

/** No answer, no place for the file or no database: the same file may do a moment later. */
const PASSING = [0, 429, 503];

/** `left` is aborted when the view is left; `zoned` tells whether a column holds time zones. */
export function peopleFile(paint, left, { wanted = () => [], filled = () => [], zoned = () => false, use = 'recipients' } = {}) {
  let field = null;
  let file = null;
  let result = null;
  let problem = '';
  let passing = false;
  let share = null;
  let columns = [];
  let regions = { regions: [], default: null };
  let chosen = { charset: '', phoneColumn: '', region: '' };
  let check = Promise.resolve();
  let looking = new AbortController();

  get('/api/regions').then(
    (all) => {
      regions = all;
      paint();
    },
    () => {},
  );

  const query = (more = {}) =>
    new URLSearchParams(
      Object.entries({ for: use, zones: zoned() ? 'true' : '', ...chosen, ...more }).filter(([, value]) => value),
    );

  /** What the message needs and the file does not have. */
  const missing = () => (result ? wanted().filter((name) => !result.variables.includes(name)) : []);

  /** How many people have nothing in a column that the message needs. */
  const empty = () =>
    Object.entries(result?.empty ?? {}).filter(([name]) => wanted().includes(name) && !missing().includes(name));

  /** Those of them who would get nothing, as a template's parameter cannot be empty. */
  const empties = () => empty().filter(([name]) => filled().includes(name));

  /** Takes the place of the look before, which nobody wants any more. */
  async function look() {
    looking.abort();
    looking = new AbortController();
    const signal = AbortSignal.any([looking.signal, left]);
    result = null;
    problem = '';
    passing = false;
    share = 0;
    paint();
    const tell = (part) => {
      share = part;
      paint();
    };
    try {
      result = await upload(`/api/recipients/check?${query()}`, file, tell, signal);
      columns = result.phoneColumn ? [result.phoneColumn, ...result.variables].sort() : [];
      problem = result.usable ? '' : say('file.useless');
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      problem = error.message;
      passing = PASSING.includes(error.status);
      columns = error.members?.columns ?? columns;
    }
    tell(null);
  }

  const begin = () => {
    check = file ? look() : Promise.resolve();
  };

  /** Until what was chosen last has been looked at. */
  async function settled() {
    for (let seen = null; seen !== check; ) {
      seen = check;
      await seen;
    }
  }

  function take(other) {
    looking.abort();
    file = other;
    result = null;
    problem = '';
    passing = false;
    share = null;
    columns = [];
  }

  const choose = (event) => {
    field = event.target;
    take(field.files[0] ?? null);
    chosen = { ...chosen, charset: '', phoneColumn: '' };
    begin();
    paint();
  };

  /** A field that still had the file would not tell that it was chosen again, which it is once it was corrected. */
  const putDown = (event) => (event.target.value = '');

  const putBack = (event) => {
    const shown = new DataTransfer();
    file && shown.items.add(file);
    event.target.files = shown.files;
  };

  const pick = (name) => (event) => {
    chosen = { ...chosen, [name]: event.target.value };
    begin();
  };

  const select = (name, label, options) => html`
    <label>${label}
      <select name=${name} @change=${pick(name)}>
        ${options.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen[name]}>${text}</option>`)}
      </select></label>
  `;

  const options = () => html`
    <div class="columns">
      ${select('charset', say('file.charset'), CHARSETS)}
      ${select('region', say('file.region'), [
        ['', regions.default ? country(regions.default) : say('file.noRegion')],
        ...regions.regions.map((code) => [code, country(code)]).sort((a, b) => a[1].localeCompare(b[1])),
      ])}
      ${
        columns.length
          ? select('phoneColumn', say('file.phoneColumn'), [
              ['', result?.phoneColumn && !chosen.phoneColumn ? result.phoneColumn : say('file.byName')],
              ...columns.map((name) => [name, name]),
            ])
          : nothing
      }
    </div>
  `;

  /** Where the numbers are from: the five countries with most of them. */
  const from = () => {
    const all = Object.entries(result.countries);
    const named = all
      .slice(0, 5)
      .map(([code, count]) => `${country(code)} ${number(count)}`);
    const more = all.slice(5).reduce((sum, [, count]) => sum + count, 0);
    return [...named, ...(more ? [say('file.more', { count: number(more) })] : [])].join(' · ');
  };

  const howRead = () =>
    say('file.read', {
      charset: result.charset,
      separator: result.separator === '\t' ? say('file.tab') : result.separator,
      columns: [result.phoneColumn, ...result.variables].join(', '),
    });

  const found = () => html`
    <div class="report" role="status">
      <p>${parts('file.usable', {
        usable: html`<strong>${number(result.usable)}</strong>`,
        rejected: html`<strong>${number(result.rejectedCount)}</strong>`,
      })}</p>
      ${
        result.duplicates
          ? html`<p class="reason">${say('file.duplicates', { count: number(result.duplicates) }, result.duplicates)}</p>`
          : nothing
      }
      ${
        result.suppressed
          ? html`<p class="reason">${say('file.suppressed', { count: number(result.suppressed) }, result.suppressed)}</p>`
          : nothing
      }
      ${result.suppressed === null ? html`<p class="quiet">${say('file.suppressedUnknown')}</p>` : nothing}
      ${result.usable ? html`<p class="quiet">${say('file.countries', { countries: from() })}</p>` : nothing}
      ${result.charset ? html`<p class="quiet">${howRead()}</p>` : nothing}
      ${rejections(result, file, query())}
      ${
        missing().length
          ? html`<p class="problem">${parts('file.needs', {
              names: missing().map((name) => html`<code>{{${name}}}</code> `),
            })}</p>`
          : nothing
      }
      ${empty().map(
        ([name, count]) => html`<p class="reason">${parts(
          filled().includes(name) ? 'file.fails' : 'file.empty',
          { name: html`<code>{{${name}}}</code>`, count: number(count) },
          count,
        )}</p>`,
      )}
    </div>
  `;

  const view = (label) => html`
    <label>${label}
      <input name="file" type="file" accept=".csv,.tsv,.txt,.json,text/csv,application/json"
        @click=${putDown} @cancel=${putBack} @change=${choose}></label>
    ${file ? options() : nothing}
    ${share === null ? nothing : html`<progress aria-label=${say('file.checking')} max="1" .value=${share}></progress>`}
    ${problem ? trouble(problem) : nothing}
    ${result ? found() : nothing}
  `;

  return {
    view,
    /** What keeps people from getting it, in words: what is not there, and what is there and empty. */
    lacking: () => [
      ...missing(),
      ...empties().map(([name, count]) => say('campaign.missing', { name, count: number(count) }, count)),
    ],
    /** The latter as warnings. */
    failing: () => empties().map(([name, count]) => say('file.fails', { name: `{{${name}}}`, count: number(count) }, count)),
    query,
    file: () => file,
    first: () => result?.first ?? null,
    shown: () => result?.shown ?? [],
    found: () => result,
    /** Waits for the console's answer; whether the file, if there is one, can be used. Throws if the view is left. */
    async usable() {
      await settled();
      if (passing) {
        begin();
        await settled();
      }
      if (left.aborted) {
        throw new Error(say('file.left'));
      }
      return problem === '';
    },
    /** What is done with; not another file that was chosen since. */
    clear(done = file) {
      if (file === done) {
        take(null);
        field && (field.value = '');
      }
    },
  };
}
