// Numbers that get nothing: add, look up, take away as a file; and opt-outs without a number.
import { html, render, nothing } from './lib.js';
import { download, get, remove, upload } from './api.js';
import { form, note } from './dialogs.js';
import { FOR_EXCEL } from './exports.js';
import { moment } from './format.js';
import { numbersIn } from './numbers.js';
import { peopleFile } from './peoplefile.js';
import { report, save } from './rejected.js';
import { loading, trouble } from './states.js';
import { say } from './texts.js';

const PAGE = 1000;

export function suppressions(root) {
  let page = null;
  let before = [];
  let after = '';
  let wanted = '';
  let results = [];
  let problem = '';
  let nameless = [];
  const people = peopleFile(() => paint(), { use: 'suppressions' });

  async function loadNameless(from) {
    try {
      nameless = await get(`/api/opt-outs?after=${encodeURIComponent(from)}`);
    } catch (error) {
      problem = error.message;
    }
    paint();
  }

  async function load(from) {
    try {
      const query = new URLSearchParams({ after: from, ...(wanted ? { phone: wanted } : {}) });
      page = await get(`/api/suppressions?${query}`);
      after = from;
      problem = '';
    } catch (error) {
      problem = error.message;
    }
    paint();
  }

  /** What was typed, as a file of its own; it has no lines to be given back. */
  function typed(text) {
    const rows = numbersIn(text).map((phone) => ({ phone }));
    return rows.length ? [{ file: new File([JSON.stringify(rows)], 'typed.json'), back: null }] : [];
  }

  function chosen() {
    const file = people.file();
    return file ? [{ file, back: file }] : [];
  }

  async function add(event) {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form);
    if (!(await people.usable())) {
      return;
    }
    const query = people.query({ reason: data.get('reason') || 'manual' });
    results = [];
    try {
      for (const { file, back } of [...typed(data.get('numbers')), ...chosen()]) {
        results.push({ report: await upload(`/api/suppressions?${query}`, file, () => {}), file: back, query });
      }
      problem = '';
      people.clear();
      form.reset();
    } catch (error) {
      problem = error.message;
    }
    await load('');
  }

  async function exportAll() {
    try {
      save('suppressions.csv', await download(`/api/suppressions?${new URLSearchParams(FOR_EXCEL)}`, 'text/csv'));
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  /** By how they begin, however that is written. */
  function search(event) {
    event.preventDefault();
    const digits = new FormData(event.target).get('phone').replace(/\D/g, '').slice(0, 15);
    wanted = digits ? `+${digits}` : '';
    before = [];
    load('');
  }

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
      await load(after);
    }
  }

  const next = () => {
    before.push(after);
    load(page.at(-1).phone);
  };

  const head = (key) => html`<th>${say(`suppressions.${key}`)}</th>`;

  const row = (one) => html`
    <tr>
      <td data-label=${say('suppressions.number')}><code>${one.phone}</code></td>
      <td data-label=${say('suppressions.reason')}>${one.reason}</td>
      <td data-label=${say('suppressions.since')}><small>${moment(one.createdAt)}</small></td>
      <td class="do"><button class="small" aria-label=${say('suppressions.liftOne', one)} @click=${() => lift(one)}>
        ${say('suppressions.lift')}</button></td>
    </tr>
  `;

  const searchForm = () => html`
    <form class="filter" role="search" @submit=${search}>
      <label>${say('suppressions.search')} <input name="phone" type="search" placeholder="+5511"></label>
      <button>${say('suppressions.find')}</button>
    </form>
  `;

  const table = () => html`
    <section aria-label=${say('suppressions.table')}>
      <table class="cards">
        <thead><tr>${['number', 'reason', 'since'].map(head)}<td></td></tr></thead>
        <tbody>${page.map(row)}</tbody>
      </table>
    </section>
  `;

  const view = () => html`
    <div class="line title"><h1>${say('suppressions.title')}</h1>
      <div class="actions"><button @click=${exportAll}>${say('suppressions.export')}</button></div></div>
    <p class="quiet">${say('suppressions.intro')}</p>
    <form class="sheet" @submit=${add}>
      <div class="columns">
        <label>${say('suppressions.numbers')} <textarea name="numbers" rows="2" placeholder="+5511999990001"
            ?required=${!people.file()}></textarea></label>
        <label>${say('suppressions.reason')} <input name="reason" placeholder="manual" maxlength="200"></label>
      </div>
      ${people.view(say('suppressions.file'))}
      <div class="actions"><button class="primary">${say('suppressions.add')}</button></div>
    </form>
    ${problem ? trouble(problem) : nothing}
    ${results.map((result) => report(result.report, result.file, result.query))}
    ${searchForm()}
    ${page === null ? loading() : page.length === 0 ? html`<p class="quiet">${say('nobody')}</p>` : table()}
    ${
      before.length || page?.length === PAGE
        ? html`<div class="actions">
            <button ?disabled=${before.length === 0} @click=${() => load(before.pop())}>${say('previous')}</button>
            <button ?disabled=${page?.length !== PAGE} @click=${next}>${say('next')}</button>
          </div>`
        : nothing
    }
    ${nameless.length ? withoutNumber() : nothing}
  `;

  const namelessRow = (one) => html`
    <tr>
      <td data-label=${say('suppressions.id')}><code class="long">${one.name}</code></td>
      <td data-label=${say('suppressions.number')}>${
        one.phone ? html`<code>${one.phone}</code>` : html`<span class="quiet">${say('suppressions.unknown')}</span>`
      }</td>
      <td data-label=${say('suppressions.reason')}>${one.reason}</td>
      <td data-label=${say('suppressions.since')}><small>${moment(one.createdAt)}</small></td>
    </tr>
  `;

  const withoutNumber = () => html`
    <section aria-label=${say('suppressions.nameless')}>
      <h2>${say('suppressions.nameless')}</h2>
      <p class="quiet">${say('suppressions.namelessText')}</p>
      <table class="cards">
        <thead><tr>${['id', 'number', 'reason', 'since'].map(head)}</tr></thead>
        <tbody>${nameless.map(namelessRow)}</tbody>
      </table>
      ${
        nameless.length === PAGE
          ? html`<div class="actions">
              <button @click=${() => loadNameless('')}>${say('suppressions.fromStart')}</button>
              <button @click=${() => loadNameless(nameless.at(-1).name)}>${say('next')}</button>
            </div>`
          : nothing
      }
    </section>
  `;

  const paint = () => render(view(), root);
  paint();
  load('');
  loadNameless('');
}
