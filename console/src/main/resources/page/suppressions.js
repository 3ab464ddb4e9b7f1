// Numbers that get nothing: add, look up, take away as a file; and opt-outs without a number.
import { html, render, nothing } from './lib.js';
import { download, get, remove, upload } from './api.js';
import { form, note } from './dialogs.js';
import { FOR_EXCEL } from './exports.js';
import { moment } from './format.js';
import { numbersIn } from './numbers.js';
import { peopleFile } from './peoplefile.js';
import { pages } from './pages.js';
import { outcome, rejections, report, save } from './rejected.js';
import { rowWords } from './rowreasons.js';
import { may } from './session.js';
import { suppressedWords } from './suppressedwords.js';
import { say } from './texts.js';
import { work } from './work.js';

const PAGE = 1000;
const LISTED = 50;

export function suppressions(root, left) {
  let phone = '';
  let reports = [];
  const job = work(() => paint(), left);
  const people = peopleFile(() => paint(), left, { use: 'suppressions' });

  const list = pages(
    (after) => get(`/api/suppressions?${new URLSearchParams({ after, ...(phone ? { phone } : {}) })}`),
    (page) => page.length === PAGE && page.at(-1).phone,
    () => paint(),
  );
  const nameless = pages(
    (after) => get(`/api/opt-outs?${new URLSearchParams({ after })}`),
    (page) => page.length === PAGE && page.at(-1).name,
    () => paint(),
  );

  async function send(file, query) {
    const result = await upload(`/api/suppressions?${query}`, file, job.progress);
    left.aborted ? note(outcome(result)) : list.reload();
    return result;
  }

  /** What was typed, as a file of its own. What of it is refused stays in the field, with what was typed since. */
  async function addTyped(field, reason) {
    const numbers = numbersIn(field.value);
    if (!numbers.length) {
      return;
    }
    const file = new File([JSON.stringify(numbers.map((one) => ({ phone: one })))], 'typed.json');
    const result = await send(file, people.query({ reason, charset: '', phoneColumn: '' }));
    const refused = result.rejected.map(({ line, reason: why }) => ({ number: numbers[line - 1], why: rowWords(why) }));
    const told = refused.map(({ number, why }) => `${number}: ${why}`);
    if (left.aborted) {
      told.length && note(say('suppressions.refused', { numbers: told.join('; ') }), 'bad');
      return;
    }
    reports.push(report(result, html`<ul>${told.slice(0, LISTED).map((one) => html`<li>${one}</li>`)}</ul>`));
    // Those that are not listed one by one may be among any of them, and adding a number again does nothing.
    const stay = result.rejectedCount > refused.length ? numbers : refused.map(({ number }) => number);
    const sent = new Set(numbers);
    const since = numbersIn(field.value).filter((one) => !sent.has(one));
    field.value = [...stay, ...since].join('\n');
    paint();
  }

  async function addChosen(reason) {
    if (!people.file() || !(await people.usable())) {
      return;
    }
    const file = people.file();
    const query = people.query({ reason });
    const result = await send(file, query);
    reports.push(report(result, rejections(result, file, query)));
    people.clear(file);
  }

  const add = (event) => {
    event.preventDefault();
    const { numbers, reason } = event.target.elements;
    job.run(async () => {
      const why = reason.value;
      reports = [];
      await addTyped(numbers, why || 'manual');
      await addChosen(why || 'manual');
      reason.value = reason.value === why ? '' : reason.value;
    });
  };

  async function exportAll() {
    try {
      save('suppressions.csv', await download(`/api/suppressions?${new URLSearchParams(FOR_EXCEL)}`, 'text/csv'));
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  const search = (event) => {
    event.preventDefault();
    phone = new FormData(event.target).get('phone').trim();
    list.reload();
  };

  async function lift({ phone }) {
    const done = await form({
      title: say('suppressions.liftTitle', { phone }),
      action: say('suppressions.lift'),
      fields: html`
        <p>${say('suppressions.liftText')}</p>
        <label>${say('suppressions.liftReason')} <input name="reason" maxlength="200"></label>`,
      save: (data) => {
        const reason = data.get('reason').trim();
        const query = reason ? `?${new URLSearchParams({ reason })}` : '';
        return remove(`/api/suppressions/${encodeURIComponent(phone)}${query}`);
      },
    });
    if (done) {
      note(say('suppressions.lifted', { phone }));
      await list.again();
    }
  }

  const head = (key) => html`<th>${say(`suppressions.${key}`)}</th>`;

  const row = (one) => html`
    <tr>
      <td data-label=${say('suppressions.number')}><code>${one.phone}</code></td>
      <td data-label=${say('suppressions.reason')}>${suppressedWords(one.reason)}</td>
      <td data-label=${say('suppressions.since')}><small>${moment(one.createdAt)}</small></td>
      <td class="do">${
        may('operate')
          ? html`<button class="small" aria-label=${say('suppressions.liftOne', one)} @click=${() => lift(one)}>
              ${say('suppressions.lift')}</button>`
          : nothing
      }</td>
    </tr>
  `;

  const searchForm = () => html`
    <form class="filter" role="search" @submit=${search}>
      <label>${say('suppressions.search')} <input name="phone" type="search" placeholder="+5511"></label>
      <button>${say('suppressions.find')}</button>
    </form>
  `;

  const table = (page) => html`
    <section aria-label=${say('suppressions.table')}>
      <table class="cards">
        <thead><tr>${['number', 'reason', 'since'].map(head)}<td></td></tr></thead>
        <tbody>${page.map(row)}</tbody>
      </table>
    </section>
  `;

  /** That nobody is there, and what to do about it. */
  function none() {
    if (phone) {
      return say('suppressions.noneFound');
    }
    return say(may('manage') ? 'suppressions.none' : 'nobody');
  }

  const view = () => html`
    <div class="line title"><h1>${say('suppressions.title')}</h1>
      <div class="actions"><button @click=${exportAll}>${say('suppressions.export')}</button></div></div>
    <p class="quiet">${say('suppressions.intro')}</p>
    ${may('manage') ? addForm() : nothing}
    ${job.view()} ${reports} ${searchForm()}
    ${list.view((page) => (page.length === 0 ? html`<p class="quiet">${none()}</p>` : table(page)))}
    ${nameless.page()?.length || nameless.failed() ? withoutNumber() : nothing}
  `;

  const addForm = () => html`
    <form class="sheet" @submit=${add}>
      <div class="columns">
        <label>${say('suppressions.numbers')} <textarea name="numbers" rows="2" placeholder="+5511999990001"
            ?required=${!people.file()}></textarea></label>
        <label>${say('suppressions.reason')} <input name="reason" placeholder=${say('suppressed.manual')} maxlength="200"></label>
      </div>
      ${people.view(say('suppressions.file'))}
      <div class="actions"><button class="primary" ?disabled=${job.busy()}>${say('suppressions.add')}</button></div>
    </form>
  `;

  const namelessRow = (one) => html`
    <tr>
      <td data-label=${say('suppressions.id')}><code class="long">${one.name}</code></td>
      <td data-label=${say('suppressions.number')}>${
        one.phone ? html`<code>${one.phone}</code>` : html`<span class="quiet">${say('suppressions.unknown')}</span>`
      }</td>
      <td data-label=${say('suppressions.reason')}>${suppressedWords(one.reason)}</td>
      <td data-label=${say('suppressions.since')}><small>${moment(one.createdAt)}</small></td>
    </tr>
  `;

  const withoutNumber = () => html`
    <section aria-label=${say('suppressions.nameless')}>
      <h2>${say('suppressions.nameless')}</h2>
      <p class="quiet">${say('suppressions.namelessText')}</p>
      ${nameless.view(
        (page) => html`<table class="cards">
          <thead><tr>${['id', 'number', 'reason', 'since'].map(head)}</tr></thead>
          <tbody>${page.map(namelessRow)}</tbody>
        </table>`,
      )}
    </section>
  `;

  const paint = () => render(view(), root);
  paint();
  list.reload();
  nameless.reload();
}
