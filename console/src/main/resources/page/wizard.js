// Writes a campaign in steps: what is typed, what keeps a person in a step, and the last look.
import { html, render, nothing } from './lib.js';
import { campaignOf, message } from './draft.js';
import { duration, moment, number } from './format.js';
import { all } from './live.js';
import { bubble, messageStep, readable } from './messagestep.js';
import { picker } from './picker.js';
import { hours, isFreeText, local, takes } from './review.js';
import { trouble } from './states.js';
import { walk } from './walk.js';
import { sheet } from './steps.js';
import { say } from './texts.js';
import { whenStep, wrongTimes } from './whenstep.js';
import { work } from './work.js';

const fact = (key, value) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`;

/** The campaign as the API takes it; throws why it cannot be. */
export function wishOf(draft) {
  try {
    return campaignOf(draft);
  } catch (error) {
    throw new Error(say('create.notJson', { reason: error.message }));
  }
}

/**
 * Shows the steps of `task`: the `crumb` that leads back, its `title`, its `steps`, the `draft` to begin with,
 * the first of its `people`, the `total` of them and what is `known` of all of them, `keep` for what is typed,
 * what stands `before` the steps, whether the `localTimeFixed` or `zoneFixed` by people who are there already,
 * in that of the `recipients` and `after` the last one, whether one `mayLeave` a step, the `last` button's
 * words, and `submit`, which tells where to go, or nothing.
 * `left` is aborted when the view is left.
 */
export function wizard(root, left, task) {
  const { steps } = task;
  let draft = task.draft;
  let step = steps[0];
  let senders = null;
  const job = work(() => paint(), left);
  const templates = picker(() => paint());
  const walked = walk(() => paint());
  const sender = () => senders?.find((one) => one.id === draft.sender) ?? null;

  const self = {
    draft: () => draft,
    /** Whose message the preview shows. */
    shown: () => walked.one(task.people()),
    begin,
    change,
    paint: () => paint(),
    progress: job.progress,
    busy: job.busy,
  };

  async function submit() {
    const to = await task.submit(draft);
    if (to && !left.aborted) {
      location.hash = to;
      return true;
    }
    return false;
  }

  function go(to) {
    step = to;
    job.tell('');
    root.querySelector('h2')?.focus();
  }

  async function forward(event) {
    event.preventDefault();
    // The preview says what is wrong with it.
    if (step === 'message' && !readable(draft)) {
      return;
    }
    if (step === steps.at(-1)) {
      await job.run(submit);
      return;
    }
    const from = step;
    // One may have gone on meanwhile, by an earlier click.
    if (!(await task.mayLeave(from)) || step !== from) {
      return;
    }
    const problem = wrong();
    problem ? job.tell(problem) : go(steps[steps.indexOf(from) + 1]);
  }

  /** What keeps a person in this step, beyond what the browser checks by itself. */
  function wrong() {
    if (step === 'message' && draft.kind === 'template' && templates.mustPick(draft)) {
      return say('template.choose');
    }
    return step === 'when' ? wrongTimes(draft) : '';
  }

  function change(values) {
    draft = { ...draft, ...values };
    task.keep(draft);
    job.tell('');
  }

  /** Anew, with another draft. */
  function begin(other) {
    draft = { ...other, sender: other.sender || (senders?.[0]?.id ?? '') };
    go(steps[0]);
  }

  const bodies = {
    message: () => messageStep(draft, senders, change, templates, Object.keys(task.people()[0]?.variables ?? {})),
    recipients: () => task.recipients(),
    when: () => whenStep(draft, change, task),
    review: () => summary(),
  };

  function isFree() {
    try {
      return isFreeText(message(draft), sender());
    } catch {
      return false;
    }
  }

  function summary() {
    const { words, warnings = [] } = task.known();
    const people = task.total();
    const seconds = people && sender() ? takes(people, sender()) : null;
    return html`
      <dl class="pairs">
        ${fact('create.name', draft.name)}
        ${fact('create.sender', draft.sender)}
        ${fact('people.title', words)}
        ${seconds === null ? nothing : fact('review.takes', say('create.takes', { duration: duration(seconds) }))}
        ${fact('create.when', draft.scheduledAt ? moment(draft.scheduledAt) : say('create.byHand'))}
        ${fact('review.hours', hours(draft.windowStart ? draft : {}))}
        ${draft.localTime ? fact('details.localTime', local(draft)) : nothing}
      </dl>
      ${[...warnings, isFree() && say('review.freeText')].filter(Boolean).map((one) => html`<p class="reason">${one}</p>`)}
    `;
  }

  const empty = () => html`
    <h1>${task.title}</h1>
    <div class="empty"><p>${say('create.noSender')}</p>
      <a class="button primary" href="#/senders">${say('create.toSenders')}</a></div>
  `;

  const view = () =>
    senders?.length === 0
      ? empty()
      : html`
          ${task.crumb}
          <h1>${task.title}</h1>
          ${sheet(
            {
              steps,
              step,
              busy: job.busy(),
              outcome: job.view(),
              go,
              forward,
              ready: senders !== null,
              last: task.last(draft),
              before: task.before(),
            },
            html`${bodies[step]()} ${step === 'when' ? nothing : bubble(draft, task.people(), task.total(), walked)}`,
          )}
          ${step === steps.at(-1) ? task.after() : nothing}
        `;

  const paint = () => render(view(), root);
  paint();
  all('/api/senders').then(
    (known) => {
      senders = known;
      if (!sender()) {
        draft.sender = senders[0]?.id ?? '';
      }
      paint();
    },
    (error) => job.tell(error.message),
  );
  return self;
}

/** A page that cannot be written on. */
export const refused = (root, title, problem) =>
  render(html`<h1>${title}</h1> ${trouble(problem)} <p><a href="#/">${say('allCampaigns')}</a></p>`, root);
