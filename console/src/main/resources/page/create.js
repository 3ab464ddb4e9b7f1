// A new campaign in four steps: message, recipients, when, review.
import { html, nothing } from './lib.js';
import { get, patch, post, upload } from './api.js';
import { note } from './dialogs.js';
import { empty, forget, keep, open, whenForgotten } from './draft.js';
import { number } from './format.js';
import { filledIn, wanted } from './messagestep.js';
import { acceptMissing, orWithout } from './missing.js';
import { peopleFile } from './peoplefile.js';
import { outcome } from './rejected.js';
import { reviewed } from './review.js';
import { testSend } from './testsend.js';
import { say } from './texts.js';
import { wishOf, wizard } from './wizard.js';

export function create(root, left) {
  const example = say('create.textExample', { name: '{{first_name}}' });
  let { draft: begun, found } = open(example);
  let form = null;
  const people = peopleFile(() => form.paint(), left, {
    wanted: () => wanted(form.draft()),
    filled: () => filledIn(form.draft()),
    zoned: () => Boolean(form.draft().localTime),
  });

  /** The file that was added to the campaign made last, and how it was read; null if none was. */
  let added = null;

  /** What its people depend on: their time zones are found as they are added. */
  const reading = () => {
    const { timeZone, localTime } = wishOf(form.draft());
    return JSON.stringify([people.query().toString(), localTime && timeZone]);
  };

  /** Whether this campaign has the people of the chosen file already, and nobody else. */
  const hasThem = ({ id, total }) =>
    added?.id === id && added.file === people.file() && added.reading === reading() && [null, added.total].includes(total);

  /** Whether it is still as it was when it was chosen: a browser does not read one that has been changed. */
  const unchanged = (file) =>
    file.slice(0, 1).arrayBuffer().then(
      () => true,
      () => false,
    );

  let turn = Promise.resolve();
  /** One after the other: a trial makes the same campaign as Create. */
  const inTurn = (act) => {
    turn = turn.catch(() => {}).then(() => {
      left.throwIfAborted();
      return act();
    });
    return turn;
  };

  /** What comes of it, unless the view was left meanwhile: its campaign may be discarded, and its draft another's. */
  async function here(coming) {
    const come = await coming;
    left.throwIfAborted();
    return come;
  }

  /** The campaign that was made of it before, if it is still there. */
  async function madeBefore() {
    const { made } = form.draft();
    return made
      ? get(`/api/campaigns/${made}`).catch((error) => {
          if (error.status === 404) {
            return null;
          }
          throw error;
        })
      : null;
  }

  /** Puts it out of sight, unless somebody else has given it its people or its time, or it has started. */
  async function putAway({ id, status, total, scheduledAt }) {
    const { filled, asked } = form.draft();
    if (total !== 0 && !filled) {
      return;
    }
    const path = `/api/campaigns/${id}`;
    // A request that failed may have scheduled it all the same: it would go out beside its successor.
    const askedFor = status === 'SCHEDULED' && Date.parse(scheduledAt) === Date.parse(asked);
    if (askedFor) {
      await patch(path, { scheduledAt: null });
    }
    if (askedFor || status === 'DRAFT') {
      await post(`${path}/archive`);
    }
  }

  /** Makes a draft of it, or changes the one made before while that has nobody else, so that trying again makes no other. */
  async function make() {
    const wish = { ...wishOf(form.draft()), scheduledAt: null };
    const before = await here(madeBefore());
    if (before?.status === 'DRAFT' && (before.total === 0 || hasThem(before))) {
      added = before.total === 0 ? null : added;
      await here(patch(`/api/campaigns/${before.id}`, wish));
      return before.id;
    }
    if (before) {
      await here(putAway(before));
    }
    const { id } = await post('/api/campaigns', wish);
    if (left.aborted) {
      await post(`/api/campaigns/${id}/archive`);
    }
    left.throwIfAborted();
    added = null;
    form.change({ made: id, filled: false, asked: null });
    return id;
  }

  async function addPeople(id, lacking) {
    const file = people.file();
    if (!file || (added && (await here(unchanged(file))))) {
      return;
    }
    const as = reading();
    form.change({ filled: true });
    form.progress(0);
    const query = people.query({ acceptMissing: lacking ? 'true' : '' });
    const result = await upload(`/api/campaigns/${id}/recipients?${query}`, file, form.progress, left).catch((error) => {
      left.throwIfAborted();
      // Without an answer of the console's own, they may have been added.
      form.change({ filled: error.status === 0 || error.status >= 500 });
      throw new Error(say('create.tryAgain', { reason: error.message }));
    });
    added = { id, file, reading: as, total: result.accepted };
    note(outcome(result));
  }

  /** Last, so that it cannot start by itself before its people are there and somebody has looked at it. */
  async function schedule(id) {
    const { scheduledAt } = wishOf(form.draft());
    if (!scheduledAt) {
      return true;
    }
    const path = `/api/campaigns/${id}`;
    const campaign = await here(get(path));
    const done = await reviewed(path, { ...campaign, scheduledAt }, left, (query, { total }) => {
      left.throwIfAborted();
      form.change({ asked: scheduledAt });
      return orWithout((all) => patch(`${path}?${all}`, { scheduledAt }), 'campaign.scheduleWithout', total, left, query);
    });
    return done || here(false);
  }

  async function submit() {
    if (!(await people.usable())) {
      throw new Error(people.problem());
    }
    const lacking = people.lacking();
    if (lacking.length && !(await here(acceptMissing(lacking, say('create.anyway'))))) {
      return null;
    }
    const id = await make();
    await here(addPeople(id, lacking.length > 0));
    if (!(await schedule(id))) {
      return null;
    }
    forget(id);
    return `#/campaigns/${id}`;
  }

  async function startOver() {
    const { made } = form.draft();
    try {
      const before = await madeBefore();
      if (before) {
        await putAway(before);
      }
    } catch (error) {
      note(error.message, 'bad');
      return;
    }
    forget(made);
    found = false;
    people.clear();
    form.begin(empty(example));
  }

  const unfinished = () =>
    found
      ? html`<p class="reason">${say('create.kept')}
          <button type="button" ?disabled=${form?.busy()} @click=${() => inTurn(startOver).catch(() => {})}>${say('create.discard')}</button></p>`
      : nothing;

  function known() {
    const file = people.found();
    return {
      words: file
        ? say('create.people', { usable: number(file.usable), rejected: number(file.rejectedCount) })
        : say('create.noPeople'),
      warnings: people.failing(),
    };
  }

  const trial = testSend({
    campaign: () => inTurn(make),
    left,
    names: () => wanted(form.draft()),
    values: () => (form.shown() ?? people.first())?.variables ?? {},
    paint: () => form.paint(),
  });

  form = wizard(root, left, {
    crumb: nothing,
    title: say('create.title'),
    steps: ['message', 'recipients', 'when', 'review'],
    draft: begun,
    people: () => people.shown(),
    total: () => people.found()?.usable ?? 0,
    known,
    keep,
    before: unfinished,
    recipients: () => html`
      ${found && !people.file() ? html`<p class="hint">${say('create.fileAgain')}</p>` : nothing}
      ${people.view(say('create.file'))}`,
    after: () => trial.view(),
    async mayLeave(step) {
      const usable = step === 'message' || (await people.usable().catch(() => false));
      return usable || step !== 'recipients';
    },
    last: (draft) => say(draft.scheduledAt ? 'create.schedule' : 'create.action'),
    submit: () =>
      inTurn(submit).catch((error) => {
        throw error === left.reason ? new Error(say('create.left')) : error;
      }),
  });
  // It is another tab's campaign now, or nobody's.
  whenForgotten(() => form.draft().made && form.change({ made: null, filled: false, asked: null }), left);
}
