// Adds a file of people to a campaign.
import { html, nothing } from './lib.js';
import { get, upload } from './api.js';
import { confirm, note } from './dialogs.js';
import { moment, number } from './format.js';
import { heldStart } from './heldstart.js';
import { acceptMissing } from './missing.js';
import { peopleFile } from './peoplefile.js';
import { outcome, rejections, report } from './rejected.js';
import { forAsMany, reviewed } from './review.js';
import { needsFourEyes } from './session.js';
import { say } from './texts.js';
import { work } from './work.js';

const acceptLate = (time, count) =>
  confirm({
    title: say('import.late'),
    text: say('import.lateText', { time: moment(time), count: number(count) }),
    action: say('import.lateAnyway'),
    danger: true,
  });

export function importer(path, wishes, done, left) {
  let added = null;
  let paint = () => {};
  const job = work(() => paint(), left);
  const start = heldStart(path, left);
  const people = peopleFile(() => paint(), left, wishes);

  /**
   * Asks first where the campaign would start at once, as its time has passed. Meanwhile another file may be chosen: what
   * is sent again is what was sent.
   */
  async function add(file, query) {
    try {
      const result = await upload(`${path}/recipients?${query}`, file, job.progress);
      return { result, file, query };
    } catch (error) {
      // Who has left sees no more which campaign would start.
      if (left.aborted || !error.members?.late || !(await acceptLate(error.members.late, people.found()?.usable))) {
        throw error;
      }
      const late = new URLSearchParams(query);
      late.set('acceptLate', 'true');
      return add(file, late);
    }
  }

  async function send() {
    added = null;
    if (!(await people.usable())) {
      return;
    }
    const file = people.file();
    const missing = people.lacking();
    const query = people.query({ acceptMissing: missing.length ? 'true' : '' });
    if (missing.length && !(await acceptMissing(missing, say('import.anyway')))) {
      return;
    }
    try {
      await addTo(await get(path), file, query);
    } catch (error) {
      throw await start.explained(error);
    } finally {
      start.forget();
    }
  }

  /**
   * What is due by this browser's clock keeps its time, as the console asks about it. So does what others have approved:
   * the console adds nobody to it.
   */
  async function addTo(campaign, file, query) {
    if (Date.parse(campaign.scheduledAt) > Date.now() && !needsFourEyes()) {
      await start.take(campaign);
      paint();
    }
    try {
      added = await add(file, query);
    } catch (error) {
      await withNobody(campaign, error);
      throw error;
    }
    if (left.aborted) {
      note(outcome(added.result));
    } else {
      people.clear(file);
      done();
    }
    await lookAgain(added, campaign);
  }

  /** It starts as it would have. Without an answer of the console's own, somebody may have been added. */
  async function withNobody(before, { status }) {
    if (start.time() === null || !(status > 0 && status < 500)) {
      return;
    }
    try {
      const now = await get(path);
      if (now.status === 'DRAFT' && now.total !== null && now.total === before.total) {
        await start.giveBack(now.total, forAsMany(now));
      }
    } catch (error) {
      // Why the file was not taken matters more.
      console.debug('start time', error);
    }
  }

  /** What starts by itself is reviewed with those who were added, or does not: nobody will be asked at its time. */
  async function lookAgain({ result, query }, before) {
    if (query.has('acceptLate')) {
      return;
    }
    const campaign = await get(path);
    // Others may have given it a time since. Or it had one that was due by this browser's clock, but not by the console's.
    const taken = result.accepted > 0 && (await start.take(campaign));
    const scheduledAt = start.time();
    // What is no draft by now keeps what others have made of it.
    if (scheduledAt === null || !(taken || campaign.status === 'DRAFT')) {
      return;
    }
    const giveBack = (all, { total }) => start.giveBack(total, all);
    const given = await (result.accepted === 0 && campaign.total === before.total
      ? giveBack(forAsMany(campaign), campaign)
      : reviewed(path, { ...campaign, scheduledAt }, left, giveBack, { question: 'added' }));
    if (given || (await get(path)).status !== 'DRAFT') {
      return;
    }
    left.aborted ? note(say('import.unseen', campaign), 'bad') : note(say('campaign.isDraft'));
  }

  const submit = (event) => {
    event.preventDefault();
    job.run(send);
  };

  const view = () => html`
    <section aria-labelledby="import">
      <h2 id="import">${say('import.title')}</h2>
      <form @submit=${submit}>
        ${people.view(say('import.file'))}
        <div class="actions"><button class="primary" ?disabled=${job.busy() || !people.file()}>${say('import.action')}</button></div>
      </form>
      ${start.time() === null ? nothing : html`<p class="reason">${say('import.held', { time: moment(start.time()) })}</p>`}
      ${job.view()}
      ${added ? report(added.result, rejections(added.result, added.file, added.query)) : nothing}
    </section>
  `;

  return { view, attach: (repaint) => (paint = repaint) };
}
