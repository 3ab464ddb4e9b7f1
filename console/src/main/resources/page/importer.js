// Adds a file of rows, and tells what was not taken and why.
import { html, nothing } from './lib.js';
import { upload } from './api.js';
import { number } from './format.js';

/** Offers text as a file to keep. */
export function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function saveRejected(rows) {
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => `${row.line},${quoted(row.reason)}`);
  save('rejected.csv', new Blob([['line,reason', ...lines].join('\r\n')], { type: 'text/csv' }));
}

/** What came of an import. */
export const report = (result) => html`
  <div class="report" role="status">
    <p><strong>${number(result.accepted)}</strong> added,
      <strong>${number(result.duplicates)}</strong> duplicates,
      <strong>${number(result.rejectedCount)}</strong> rejected.</p>
    ${
      result.rejected.length === 0
        ? nothing
        : html`<ul>${result.rejected
              .slice(0, 5)
              .map((row) => html`<li>Line ${row.line}: ${row.reason}</li>`)}</ul>
            <button type="button" @click=${() => saveRejected(result.rejected)}>Download rejected lines</button>`
    }
  </div>
`;

export function importer(path, done) {
  let share = null;
  let result = null;
  let problem = '';
  let paint = () => {};

  async function send(event) {
    event.preventDefault();
    const file = event.target.elements.file.files[0];
    problem = '';
    result = null;
    share = 0;
    paint();
    try {
      result = await upload(`${path}/recipients`, file, (part) => {
        share = part;
        paint();
      });
      done();
    } catch (error) {
      problem = error.message;
    }
    share = null;
    paint();
  }

  const view = () => html`
    <section aria-labelledby="import">
      <h2 id="import">Add recipients</h2>
      <form class="filter" @submit=${send}>
        <label>CSV with a column <code>phone</code> and one for each variable, or JSON
          <input name="file" type="file" accept=".csv,.json,text/csv,application/json" required></label>
        <button class="primary" ?disabled=${share !== null}>Import</button>
      </form>
      ${share === null ? nothing : html`<progress aria-label="Upload" max="1" .value=${share}></progress>`}
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      ${result ? report(result) : nothing}
    </section>
  `;

  return { view, attach: (repaint) => (paint = repaint) };
}
