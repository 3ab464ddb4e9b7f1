// A new campaign in four steps: message, recipients, when, review.
import { html, render, nothing } from './lib.js';
import { post, upload } from './api.js';
import { note } from './dialogs.js';
import { campaignOf, forget, keep, message, open } from './draft.js';
import { duration, moment, number, rate } from './format.js';
import { acceptMissing } from './importer.js';
import { all } from './live.js';
import { peopleFile } from './peoplefile.js';
import { broken, variables } from './placeholders.js';
import { preview } from './preview.js';
import { hours, takes } from './review.js';
import { trouble } from './states.js';
import { parts, say } from './texts.js';

const STEPS = ['message', 'recipients', 'when', 'review'];
const KINDS = ['text', 'template', 'json'];

export function create(root) {
  const example = say('create.textExample', { name: '{{first_name}}' });
  let { draft, found } = open(example);
  let step = 'message';
  let senders = null;
  let problem = '';
  let busy = false;
  let share = null;
  // A campaign to which nobody could be added: what it was made of, so that trying again makes no other.
  let made = null;
  const people = peopleFile(() => paint(), { wanted });
  const values = () => people.first()?.variables ?? {};
  const sender = () => senders?.find((one) => one.id === draft.sender) ?? null;

  function wanted() {
    try {
      return variables(message(draft));
    } catch {
      return [];
    }
  }

  function readable() {
    try {
      return broken(message(draft)) === undefined;
    } catch {
      return false;
    }
  }

  function shown() {
    let body;
    try {
      body = message(draft);
    } catch (error) {
      return html`<p class="quiet">${say('create.notJson', { reason: error.message })}</p>`;
    }
    const odd = broken(body);
    return odd === undefined
      ? preview(body, values())
      : html`<p class="problem">${parts('create.braces', {
          example: html`<code>{{first_name}}</code>`,
          text: odd.slice(0, 200),
        })}</p>`;
  }

  /** Makes the campaign, unless the same one was made before and nobody could be added to it. */
  async function make(wish) {
    const text = JSON.stringify(wish);
    if (made && made.text !== text) {
      await post(`/api/campaigns/${made.id}/cancel`);
      made = null;
    }
    made ??= { id: (await post('/api/campaigns', wish)).id, text };
    return made.id;
  }

  async function addPeople(id, lacking) {
    const file = people.file();
    if (!file) {
      return;
    }
    share = 0;
    paint();
    const query = people.query({ acceptMissing: lacking ? 'true' : '' });
    const result = await upload(`/api/campaigns/${id}/recipients?${query}`, file, (part) => {
      share = part;
      paint();
    }).catch((error) => {
      throw new Error(say('create.tryAgain', { reason: error.message }));
    });
    note(
      say('file.added', {
        accepted: number(result.accepted),
        duplicates: number(result.duplicates),
        rejected: number(result.rejectedCount),
      }),
    );
  }

  async function submit() {
    problem = '';
    busy = true;
    paint();
    try {
      const wish = wishOf();
      const lacking = people.missing();
      if ((await people.usable()) && (!lacking.length || (await acceptMissing(lacking, say('create.anyway'))))) {
        const id = await make(wish);
        await addPeople(id, lacking.length > 0);
        forget();
        location.hash = `#/campaigns/${id}`;
        return;
      }
    } catch (error) {
      problem = error.message;
    }
    busy = false;
    share = null;
    paint();
  }

  function wishOf() {
    try {
      return campaignOf(draft);
    } catch (error) {
      throw new Error(say('create.notJson', { reason: error.message }));
    }
  }

  function go(to) {
    step = to;
    problem = '';
    paint();
    root.querySelector('h2')?.focus();
  }

  /** What keeps a person in this step, beyond what the browser checks by itself. */
  function wrong() {
    if (step === 'when' && Boolean(draft.windowStart) !== Boolean(draft.windowEnd)) {
      return say('create.hoursBoth');
    }
    if (step === 'when' && draft.scheduledAt && new Date(draft.scheduledAt) < Date.now()) {
      return say('create.past');
    }
    return '';
  }

  async function forward(event) {
    event.preventDefault();
    // The preview says what is wrong with it.
    if (step === 'message' && !readable()) {
      return;
    }
    if (step === 'review') {
      await submit();
      return;
    }
    if (step === 'recipients' && !(await people.usable())) {
      return;
    }
    problem = wrong();
    problem ? paint() : go(STEPS[STEPS.indexOf(step) + 1]);
  }

  function change(values) {
    draft = { ...draft, ...values };
    keep(draft);
    paint();
  }

  const field = (name) => (event) => change({ [name]: event.target.value });
  const templateField = (name) => (event) =>
    change({ template: { ...draft.template, [name]: event.target.value } });

  const choice = (name) => html`
    <label class="choice"><input type="radio" name="kind" value=${name} .checked=${draft.kind === name}
      @change=${() => change({ kind: name })}> ${say(`create.kind.${name}`)}</label>
  `;

  const bodies = {
    text: () => html`<label>${say('create.text')}
      <textarea name="text" rows="4" .value=${draft.text} @input=${field('text')}></textarea></label>
      <p class="hint">${say('create.textHint')}</p>`,
    template: () => html`
      <div class="columns">
        <label>${say('create.template')}
          <input name="template" .value=${draft.template.name} @input=${templateField('name')} required></label>
        <label>${say('create.language')}
          <input name="language" .value=${draft.template.language} @input=${templateField('language')} required></label>
      </div>
      <label>${say('create.parameters')}
        <textarea name="parameters" rows="3" placeholder="{{first_name}}" .value=${draft.template.parameters}
          @input=${templateField('parameters')}></textarea></label>`,
    json: () => html`<label>${say('create.json')}
      <textarea name="json" rows="10" spellcheck="false" class="code" .value=${draft.json}
        @input=${field('json')}></textarea></label>`,
  };

  const bubble = () => html`
    <section class="preview" aria-labelledby="preview">
      <h3 id="preview">${say('create.preview')}</h3>
      <p class="quiet">${
        people.first() ? say('create.previewRow', people.first()) : say('create.previewNone')
      }</p>
      ${shown()}
    </section>
  `;

  const steps = {
    message: () => html`
      <div class="columns">
        <label>${say('create.name')}
          <input name="name" required maxlength="200" autocomplete="off" .value=${draft.name} @input=${field('name')}></label>
        <label>${say('create.sender')}
          <select name="sender" required @change=${field('sender')}>
            ${(senders ?? []).map((one) => html`<option value=${one.id} ?selected=${one.id === draft.sender}>
              ${say('create.senderOption', { id: one.id, rate: rate(one.ratePerSecond) })}</option>`)}
          </select></label>
      </div>
      <fieldset>
        <legend>${say('create.kind')}</legend>
        <p class="choices">${KINDS.map(choice)}</p>
        <p class="hint">${parts('create.columns', { placeholder: html`<code>{{column}}</code>` })}</p>
        ${bodies[draft.kind]()}
      </fieldset>
      ${bubble()}`,
    recipients: () => html`
      ${found && !people.file() ? html`<p class="hint">${say('create.fileAgain')}</p>` : nothing}
      ${people.view(say('create.file'))}
      ${bubble()}`,
    when: () => html`
      <label>${say('create.startAt')}
        <input name="scheduledAt" type="datetime-local" .value=${draft.scheduledAt} @input=${field('scheduledAt')}></label>
      <p class="hint">${say('create.startHint')}</p>
      <div class="columns">
        <label>${say('create.from')}
          <input name="windowStart" type="time" .value=${draft.windowStart} @input=${field('windowStart')}></label>
        <label>${say('create.until')}
          <input name="windowEnd" type="time" .value=${draft.windowEnd} @input=${field('windowEnd')}></label>
        <label>${say('create.zone')}
          <input name="timeZone" list="zones" .value=${draft.timeZone} @input=${field('timeZone')}></label>
      </div>
      <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((one) => html`<option value=${one}></option>`)}</datalist>
      <details>
        <summary>${say('create.expert')}</summary>
        <label>${say('create.priority')}
          <input name="priority" type="number" min="1" max="100" .value=${draft.priority} @input=${field('priority')}></label>
        <label class="check"><input name="resend" type="checkbox" .checked=${draft.resend}
            @change=${(event) => change({ resend: event.target.checked })}>
          <span>${say('create.resend')} <strong>${say('create.resendTwice')}</strong></span></label>
      </details>`,
    review: () => html`${summary()} ${bubble()}`,
  };

  const fact = (key, value) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`;

  function summary() {
    const file = people.found();
    const seconds = file && sender() ? takes(file.usable, sender()) : null;
    return html`
      <dl class="pairs">
        ${fact('create.name', draft.name)}
        ${fact('create.sender', draft.sender)}
        ${fact('people.title', file
          ? say('create.people', { usable: number(file.usable), rejected: number(file.rejectedCount) })
          : say('create.noPeople'))}
        ${seconds === null ? nothing : fact('review.takes', say('create.takes', { duration: duration(seconds) }))}
        ${fact('create.when', draft.scheduledAt ? moment(draft.scheduledAt) : say('create.byHand'))}
        ${fact('review.hours', hours(draft.windowStart ? draft : {}))}
      </dl>
    `;
  }

  const navigation = () => {
    const reached = STEPS.indexOf(step);
    return html`
      <nav class="steps" aria-label=${say('create.steps')}>
        <ol>${STEPS.map(
          (name, i) => html`<li>
            <button type="button" ?disabled=${i > reached || busy} aria-current=${i === reached ? 'step' : nothing}
              @click=${() => go(name)}>${i + 1}. ${say(`create.step.${name}`)}</button></li>`,
        )}</ol>
      </nav>`;
  };

  const actions = () => html`
    <div class="actions">
      ${
        step === 'message'
          ? nothing
          : html`<button type="button" ?disabled=${busy} @click=${() => go(STEPS[STEPS.indexOf(step) - 1])}>
              ${say('back')}</button>`
      }
      ${
        step === 'review'
          ? html`<button id="create" class="primary" ?disabled=${busy}>
              ${say(draft.scheduledAt ? 'create.schedule' : 'create.action')}</button>`
          : html`<button id="next" class="primary" ?disabled=${senders === null}>${say('next')}</button>`
      }
    </div>
  `;

  const startOver = () => {
    forget();
    ({ draft } = open(example));
    draft.sender = senders?.[0]?.id ?? '';
    found = false;
    people.clear();
    go('message');
  };

  const left = () =>
    found
      ? html`<p class="reason">${say('create.kept')}
          <button type="button" @click=${startOver}>${say('create.discard')}</button></p>`
      : nothing;

  const empty = () => html`
    <h1>${say('create.title')}</h1>
    <div class="empty"><p>${say('create.noSender')}</p>
      <a class="button primary" href="#/senders">${say('create.toSenders')}</a></div>
  `;

  const view = () =>
    senders?.length === 0
      ? empty()
      : html`
          <h1>${say('create.title')}</h1>
          ${navigation()}
          ${left()}
          <form class="sheet" @submit=${forward}>
            <h2 tabindex="-1">${say(step === 'review' ? 'create.review' : `create.step.${step}`)}</h2>
            ${steps[step]()}
            ${share === null ? nothing : html`<progress aria-label=${say('import.upload')} max="1" .value=${share}></progress>`}
            ${problem ? trouble(problem) : nothing}
            ${actions()}
          </form>
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
    (error) => {
      problem = error.message;
      paint();
    },
  );
}
