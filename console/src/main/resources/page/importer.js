// Adds a file of people to a campaign.
import { html, nothing } from './lib.js';
import { upload } from './api.js';
import { acceptMissing } from './missing.js';
import { peopleFile } from './peoplefile.js';
import { report } from './rejected.js';
import { say } from './texts.js';
import { trouble } from './states.js';

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
    if (missing.length && !(await acceptMissing(missing, say('import.anyway')))) {
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
      <h2 id="import">${say('import.title')}</h2>
      <form @submit=${send}>
        ${people.view(say('import.file'))}
        <div class="actions"><button class="primary" ?disabled=${share !== null || !people.file()}>${say('import.action')}</button></div>
      </form>
      ${share === null ? nothing : html`<progress aria-label=${say('import.upload')} max="1" .value=${share}></progress>`}
      ${problem ? trouble(problem) : nothing}
      ${added ? report(added.result, added.file, added.query) : nothing}
    </section>
  `;

  return { view, attach: (repaint) => (paint = repaint) };
}
