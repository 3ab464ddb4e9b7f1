// Adds a file of people to a campaign.
import { html, nothing } from './lib.js';
import { upload } from './api.js';
import { confirm } from './dialogs.js';
import { moment } from './format.js';
import { acceptMissing } from './missing.js';
import { peopleFile } from './peoplefile.js';
import { report } from './rejected.js';
import { say } from './texts.js';
import { trouble } from './states.js';

const acceptLate = (time) =>
  confirm({
    title: say('import.late'),
    text: say('import.lateText', { time: moment(time) }),
    action: say('import.lateAnyway'),
    danger: true,
  });

export function importer(path, wanted, done) {
  let share = null;
  let added = null;
  let problem = '';
  let paint = () => {};
  const people = peopleFile(() => paint(), { wanted });

  /**
   * Asks first where the campaign would start at once, as its time has passed. Meanwhile another file may be chosen: what
   * is sent again is what was sent.
   */
  async function add(file, query) {
    try {
      const result = await upload(`${path}/recipients?${query}`, file, (part) => {
        share = part;
        paint();
      });
      return { result, file, query };
    } catch (error) {
      if (!error.members?.late || !(await acceptLate(error.members.late))) {
        throw error;
      }
      const late = new URLSearchParams(query);
      late.set('acceptLate', 'true');
      return add(file, late);
    }
  }

  async function send(event) {
    event.preventDefault();
    const form = event.target;
    problem = '';
    added = null;
    if (!(await people.usable())) {
      return;
    }
    const file = people.file();
    const missing = people.missing();
    const query = people.query({ acceptMissing: missing.length ? 'true' : '' });
    if (missing.length && !(await acceptMissing(missing, say('import.anyway')))) {
      return;
    }
    share = 0;
    paint();
    try {
      added = await add(file, query);
      if (people.file() === file) {
        people.clear();
        form.reset();
      }
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
