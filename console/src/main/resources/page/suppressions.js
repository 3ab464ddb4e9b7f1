// Numbers that get nothing: add, look up, take away as a file; and opt-outs without a number.
import { html, render, nothing } from './lib.js';
import { download, get, upload } from './api.js';
import { note } from './dialogs.js';
import { moment } from './format.js';
import { peopleFile } from './peoplefile.js';
import { report, save } from './rejected.js';

export function suppressions(root) {
  let page = null;
  let before = [];
  let after = '';
  let result = null;
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
      page = await get(`/api/suppressions?after=${encodeURIComponent(from)}`);
      after = from;
      problem = '';
    } catch (error) {
      problem = error.message;
    }
    paint();
  }

  async function add(event) {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form);
    const numbers = data.get('numbers').trim();
    if (!(await people.usable())) {
      return;
    }
    const file = people.file() ?? new Blob([`phone\n${numbers}\n`], { type: 'text/csv' });
    const query = people.query({ reason: data.get('reason') || 'manual' });
    try {
      result = { report: await upload(`/api/suppressions?${query}`, file, () => {}), file: people.file(), query };
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
      save('suppressions.csv', await download('/api/suppressions', 'text/csv'));
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  const view = () => html`
    <div class="line title"><h1>Suppressions</h1>
      <div class="actions"><button @click=${exportAll}>Export all</button></div></div>
    <p class="quiet">These people get nothing from any campaign: they asked for it, or you did.</p>
    <form class="sheet" @submit=${add}>
      <div class="columns">
        <label>Numbers, one a line <textarea name="numbers" rows="2" placeholder="+5511999990001"></textarea></label>
        <label>Reason <input name="reason" placeholder="manual" maxlength="200"></label>
      </div>
      ${people.view('or a CSV with a column of phone numbers')}
      <div class="actions"><button class="primary">Add</button></div>
    </form>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
    ${result ? report(result.report, result.file, result.query) : nothing}
    <div class="scroll" tabindex="0" role="region" aria-label="Suppressed numbers">
      <table>
        <thead><tr><th>Number</th><th>Reason</th><th>Since</th></tr></thead>
        <tbody>${
          page?.length
            ? page.map((row) => html`<tr><td><code>${row.phone}</code></td><td>${row.reason}</td><td><small>${moment(row.createdAt)}</small></td></tr>`)
            : html`<tr><td colspan="3" class="quiet">${page ? 'Nobody.' : 'Loading …'}</td></tr>`
        }</tbody>
      </table>
    </div>
    <div class="actions">
      <button ?disabled=${before.length === 0} @click=${() => load(before.pop())}>Back</button>
      <button ?disabled=${(page?.length ?? 0) < 1000} @click=${() => {
        before.push(after);
        load(page.at(-1).phone);
      }}>Next</button>
    </div>
    ${nameless.length ? withoutNumber() : nothing}
  `;

  const withoutNumber = () => html`
    <h2>Opted out without a number</h2>
    <p class="quiet">They hide their number and are known by the provider's id: their wish counts as soon as a receipt
      tells which number it stands for. Or their number has changed, and what they said under the old one came along.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Opted out without a number">
      <table>
        <thead><tr><th>Id</th><th>Number</th><th>Reason</th><th>Since</th></tr></thead>
        <tbody>${nameless.map((row) => html`<tr><td><code>${row.name}</code></td><td>${
          row.phone ? html`<code>${row.phone}</code>` : html`<span class="quiet">not known yet</span>`
        }</td><td>${row.reason}</td><td><small>${moment(row.createdAt)}</small></td></tr>`)}</tbody>
      </table>
    </div>
    <div class="actions">
      <button ?disabled=${nameless.length < 1000} @click=${() => loadNameless(nameless.at(-1).name)}>Next</button>
      <button @click=${() => loadNameless('')}>From the start</button>
    </div>
  `;

  const paint = () => render(view(), root);
  paint();
  load('');
  loadNameless('');
}
