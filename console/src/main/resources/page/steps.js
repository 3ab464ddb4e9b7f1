// A form in steps: which one is shown, and the way back and forth.
import { html, nothing } from './lib.js';
import { say } from './texts.js';

/** Where one is; what was reached can be gone back to. */
const navigation = ({ steps, step, busy, go }) => {
  const reached = steps.indexOf(step);
  return html`
    <nav class="steps" aria-label=${say('create.steps')}>
      <ol>${steps.map(
        (name, i) => html`<li>
          <button type="button" ?disabled=${i > reached || busy} aria-current=${i === reached ? 'step' : nothing}
            @click=${() => go(name)}>${i + 1}. ${say(`create.step.${name}`)}</button></li>`,
      )}</ol>
    </nav>`;
};

const actions = ({ steps, step, busy, ready, go, last }) => html`
  <div class="actions">
    ${
      step === steps[0]
        ? nothing
        : html`<button type="button" ?disabled=${busy} @click=${() => go(steps[steps.indexOf(step) - 1])}>
            ${say('back')}</button>`
    }
    ${
      step === steps.at(-1)
        ? html`<button id="create" class="primary" ?disabled=${busy}>${last}</button>`
        : html`<button id="next" class="primary" ?disabled=${!ready}>${say('next')}</button>`
    }
  </div>
`;

/** The step that is shown, in a form of its own. */
export const sheet = (at, body) => html`
  ${navigation(at)} ${at.before}
  <form class="sheet" @submit=${at.forward}>
    <h2 tabindex="-1">${say(at.step === 'review' ? 'create.review' : `create.step.${at.step}`)}</h2>
    ${body}
    ${at.outcome} ${actions(at)}
  </form>
`;
