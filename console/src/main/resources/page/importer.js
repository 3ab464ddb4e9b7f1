// Adds a file of people to a campaign.
import { html, nothing } from './lib.js';
import { upload } from './api.js';
import { confirm } from './dialogs.js';
import { peopleFile } from './peoplefile.js';
import { report } from './rejected.js';

/** Whether a person wants people who lack variables all the same. */
export const acceptMissing = (names, action) =>
  confirm({
    title: 'Variables are missing',
    text: `The message needs ${names.join(', ')}. Whoever lacks one of them fails and gets nothing.`,
    action,
    danger: true,
  });

export function importer(path, wanted, done) {
  let share = null;
  let added = null;
  let problem = '';
  let paint = () => {};
  const people = peopleFile(() => paint(), { wanted });

  async function send(event) {
    event.preventDefault();
    const form = event.target;
    problem = '';
    added = null;
    if (!(await people.usable())) {
      return;
    }
    const missing = people.missing();
    if (missing.length && !(await acceptMissing(missing, 'Add them all the same'))) {
      return;
    }
    share = 0;
    paint();
    try {
      const query = people.query({ acceptMissing: missing.length ? 'true' : '' });
      const result = await upload(`${path}/recipients?${query}`, people.file(), (part) => {
        share = part;
        paint();
      });
      added = { result, file: people.file(), query };
      people.clear();
      form.reset();
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
      <form @submit=${send}>
        ${people.view('CSV with a column of phone numbers and one for each variable, or JSON')}
        <div class="actions"><button class="primary" ?disabled=${share !== null || !people.file()}>Import</button></div>
      </form>
      ${share === null ? nothing : html`<progress aria-label="Upload" max="1" .value=${share}></progress>`}
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      ${added ? report(added.result, added.file, added.query) : nothing}
    </section>
  `;

  return { view, attach: (repaint) => (paint = repaint) };
}
