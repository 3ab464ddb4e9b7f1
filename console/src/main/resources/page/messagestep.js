// What a campaign says, and who says it.
import { html, nothing } from './lib.js';
import { message } from './draft.js';
import { rate } from './format.js';
import { broken, mustBeFilled, variables } from './placeholders.js';
import { lackingWords, preview, templatePreview } from './preview.js';
import { isFreeText } from './review.js';
import { parts, say } from './texts.js';

const KINDS = ['text', 'template', 'json'];

/** The names of its variables, if it can be read. */
export function wanted(draft) {
  try {
    return variables(message(draft));
  } catch {
    return [];
  }
}

/** Those of them that must not be empty. */
export function filledIn(draft) {
  try {
    return mustBeFilled(message(draft));
  } catch {
    return [];
  }
}

export function readable(draft) {
  try {
    return broken(message(draft)) === undefined;
  } catch {
    return false;
  }
}

function shown(draft, values) {
  if (draft.kind === 'template' && !draft.picked && !draft.template.name.trim()) {
    return html`<p class="quiet">${say('template.missing')}</p>`;
  }
  let body;
  let odd;
  try {
    body = message(draft);
    odd = broken(body);
  } catch (error) {
    return html`<p class="quiet">${say('create.notJson', { reason: error.message })}</p>`;
  }
  return odd === undefined
    ? draft.kind === 'template' && draft.picked
      ? html`${templatePreview(draft.picked, values, body)}${lackingWords(body, values)}`
      : preview(body, values)
    : html`<p class="problem">${parts('create.braces', {
        example: html`<code>{{first_name}}</code>`,
        text: odd.slice(0, 200),
      })}</p>`;
}

/** The message as each of these people gets it, the first of `total`; `walk` leads from one to the next. */
export const bubble = (draft, people, total, walk) => html`
  <section class="preview" aria-labelledby="preview">
    <h3 id="preview">${say('create.preview')}</h3>
    ${walk(people, total, (one) => shown(draft, one?.variables ?? null))}
  </section>
`;

/** `templates` are those of the sender, `columns` those of the file, if there is one already. */
export function messageStep(draft, senders, change, templates, columns) {
  if (draft.kind === 'template') {
    templates.of(draft.sender);
  }
  const sender = senders?.find((one) => one.id === draft.sender);
  const field = (name) => (event) => change({ [name]: event.target.value });
  const templateField = (name) => (event) =>
    change({ template: { ...draft.template, [name]: event.target.value } });

  const choice = (name) => html`
    <label class="choice"><input type="radio" name="kind" value=${name} .checked=${draft.kind === name}
      @change=${() => change({ kind: name })}> ${say(`create.kind.${name}`)}</label>
  `;

  const byHand = () => html`
    <div class="columns">
      <label>${say('create.template')}
        <input name="template" .value=${draft.template.name} @input=${templateField('name')} required></label>
      <label>${say('create.language')}
        <input name="language" .value=${draft.template.language} @input=${templateField('language')} required></label>
    </div>
    <label>${say('create.parameters')}
      <textarea name="parameters" rows="3" placeholder="{{first_name}}" .value=${draft.template.parameters}
        @input=${templateField('parameters')}></textarea></label>`;

  const bodies = {
    text: () => html`<label>${say('create.text')}
      <textarea name="text" rows="4" .value=${draft.text} @input=${field('text')}></textarea></label>
      ${isFreeText({ type: 'text' }, sender) ? html`<p class="hint">${say('create.textHint')}</p>` : nothing}`,
    template: () => templates.view(draft, change, columns, byHand),
    json: () => html`<label>${say('create.json')}
      <textarea name="json" rows="10" spellcheck="false" class="code" .value=${draft.json}
        @input=${field('json')}></textarea></label>`,
  };

  return html`
    <div class="columns">
      <label>${say('create.name')}
        <input name="name" required maxlength="200" autocomplete="off" .value=${draft.name} @input=${field('name')}></label>
      <label>${say('create.sender')}
        <select name="sender" required @change=${(event) => change({ sender: event.target.value, picked: null })}>
          ${(senders ?? []).map((one) => html`<option value=${one.id} ?selected=${one.id === draft.sender}>
            ${say('create.senderOption', { id: one.id, rate: rate(one.ratePerSecond) })}</option>`)}
        </select></label>
    </div>
    <fieldset>
      <legend>${say('create.kind')}</legend>
      <p class="choices">${KINDS.map(choice)}</p>
      ${
        draft.kind === 'template' && !templates.byHand()
          ? nothing
          : html`<p class="hint">${parts('create.columns', { placeholder: html`<code>{{column}}</code>` })}</p>`
      }
      ${bodies[draft.kind]()}
    </fieldset>
  `;
}
