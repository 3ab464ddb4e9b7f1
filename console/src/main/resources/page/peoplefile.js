// A file of recipients: chosen, looked at by the console before anything is made of it, and with
// what has to be said about it: its encoding, its columns, the country of its numbers.
import { html, nothing } from './lib.js';
import { get, upload } from './api.js';
import { columnsOf, columnsView, mapOf, mapped } from './columns.js';
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

/** The columns of a file that was read; JSON has none. */
const columnsIn = ({ phoneColumn, externalIdColumn, timeZoneColumn, variables }) =>
  phoneColumn ? [phoneColumn, externalIdColumn, timeZoneColumn, ...variables].filter(Boolean) : [];

const AS_IT_SEEMS = { charset: '', phoneColumn: '', external_id: '', time_zone: '' };

/** `left` is aborted when the view is left; `zoned` tells whether a column holds time zones. */
export function peopleFile(paint, left, { wanted = () => [], filled = () => [], zoned = () => false, use = 'recipients' } = {}) {
  let field = null;
  let file = null;
  let result = null;
  let problem = '';
  let passing = false;
  let share = null;
  let columns = [];
  // The last answer about this file, also while it is looked at again.
  let read = null;
  // The column chosen by hand for a variable.
  let byHand = {};
  let regions = { regions: [], default: null };
  let chosen = { ...AS_IT_SEEMS, region: '' };
  let check = Promise.resolve();
  // Whether a column held time zones when it was looked at.
  let zones = false;
  let looking = new AbortController();

  get('/api/regions').then(
    (all) => {
      regions = all;
      paint();
    },
    () => {},
  );

  /** How the console reads the file, with these variables taken from columns of other names. */
  function reading(map, more = {}) {
    const { external_id, time_zone, ...others } = chosen;
    const given = (values) => Object.entries(values).filter(([, value]) => value);
    const all = given({ for: use, zones: zoned() ? 'true' : '', ...others, ...more });
    const keys = given({ external_id, time_zone: zoned() ? time_zone : '' });
    return new URLSearchParams([...all, ...[...keys, ...map].map(([name, column]) => ['map', `${name}:${column}`])]);
  }

  /** Only a CSV file has columns; elsewhere each variable has its own name. */
  const free = () =>
    read?.phoneColumn ? read.variables.filter((one) => ![chosen.external_id, chosen.time_zone].includes(one)) : [];
  const taken = () => columnsOf(wanted(), free(), byHand);
  const map = () => mapOf(taken());

  /** The numbers are in the column that was shown, whatever a variable is called. */
  const query = (more) => reading(map(), { phoneColumn: read?.phoneColumn ?? '', ...more });

  /** What the message needs and the file does not have. */
  function missing() {
    const given = result?.phoneColumn ? taken() : {};
    return result ? wanted().filter((name) => (result.phoneColumn ? !given[name] : !result.variables.includes(name))) : [];
  }

  /** How many people have nothing in a column that the message needs. */
  function empty() {
    const given = taken();
    const lacking = missing();
    return wanted()
      .map((name) => [name, result?.empty[given[name] || name]])
      .filter(([name, count]) => count && !lacking.includes(name));
  }

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
      result = await upload(`/api/recipients/check?${reading([])}`, file, tell, signal);
      read = result;
      columns = columnsIn(result).sort();
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
    zones = zoned();
    check = file ? look() : Promise.resolve();
  };

  /** A local time that was given or taken away since changes what a column is. */
  const isOutdated = () => file && zones !== zoned();

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
    read = null;
    byHand = {};
  }

  const pickFile = (event) => {
    field = event.target;
    take(field.files[0] ?? null);
    chosen = { ...chosen, ...AS_IT_SEEMS };
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

  const choose = (name, column) => {
    byHand = { ...byHand, [name]: column };
    paint();
  };

  const select = (name, label, options) => html`
    <label>${label}
      <select name=${name} @change=${pick(name)}>
        ${options.map(([value, text]) => html`<option value=${value} .selected=${value === chosen[name]}>${text}</option>`)}
      </select></label>
  `;

  /** The column of the recipients' keys or time zones, unless its name tells. */
  function special(name, found) {
    const used = Object.values(taken());
    const left = found ? [] : free().filter((column) => !used.includes(column));
    return select(name, say(`file.${name}`), [
      ['', found && !chosen[name] ? found : say('file.noColumn')],
      ...columns.filter((column) => column === chosen[name] || left.includes(column)).map((column) => [column, column]),
    ]);
  }

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
      ${read?.phoneColumn && use === 'recipients' ? special('external_id', read.externalIdColumn) : nothing}
      ${read?.phoneColumn && zoned() ? special('time_zone', read.timeZoneColumn) : nothing}
    </div>
    ${free().length && wanted().length ? columnsView(taken(), free(), read.shown, choose) : nothing}
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
      columns: columnsIn(result).join(', '),
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
              names: missing().map((name, i) => html`${i ? ', ' : ''}<code>{{${name}}}</code>`),
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

  function view(label) {
    if (isOutdated()) {
      begin();
    }
    return html`
      <label>${label}
        <input name="file" type="file" accept=".csv,.tsv,.txt,.json,text/csv,application/json"
          @click=${putDown} @cancel=${putBack} @change=${pickFile}></label>
      ${file ? options() : nothing}
      ${share === null ? nothing : html`<progress aria-label=${say('file.checking')} max="1" .value=${share}></progress>`}
      ${problem ? trouble(problem) : nothing}
      ${result ? found() : nothing}
    `;
  }

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
    first: () => (result?.first ? mapped(map(), result.first) : null),
    shown: () => result?.shown.map((one) => mapped(map(), one)) ?? [],
    found: () => result,
    problem: () => problem,
    /** Waits for the console's answer; whether the file, if there is one, can be used. Throws if the view is left. */
    async usable() {
      await settled();
      if (passing || isOutdated()) {
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
