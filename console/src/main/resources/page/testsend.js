// Tries a campaign's message out on a few numbers of one's own, and follows what becomes of it.
import { html, nothing } from './lib.js';
import { get, post } from './api.js';
import { note } from './dialogs.js';
import { badge } from './format.js';
import { numbersIn } from './numbers.js';
import { codeWords } from './reasons.js';
import { trouble } from './states.js';
import { say } from './texts.js';

const EVERY = 1_000;
const PATIENCE = 60_000;
const ENDS = ['FAILED', 'DELIVERED', 'READ', 'UNCONFIRMED', 'SUPPRESSED'];

/**
 * `campaign` makes the campaign whose message is tried, if need be, and tells its id; `names` are the
 * message's variables, `values` those of a person to begin with. `left` is aborted when the view is left.
 */
export function testSend({ campaign, names, values, paint, left }) {
  let numbers = '';
  let typed = {};
  let sent = null;
  let outcomes = [];
  let busy = false;
  let problem = '';
  let waiting = false;
  let timer = null;

  const valueOf = (name) => typed[name] ?? values()[name] ?? '';

  async function look(testId, until) {
    const known = await get(`/api/tests/${testId}`).catch(() => outcomes);
    if (sent?.testId !== testId) {
      return;
    }
    outcomes = known;
    const settled = outcomes.filter((one) => ENDS.includes(one.status)).length === sent.to.length;
    waiting = !settled && Date.now() < until && !left.aborted;
    timer = waiting ? setTimeout(() => look(testId, until), EVERY) : null;
    paint();
  }

  async function send(event) {
    event.preventDefault();
    // The button is not disabled meanwhile, as it would lose the focus.
    if (busy) {
      return;
    }
    clearTimeout(timer);
    problem = '';
    sent = null;
    outcomes = [];
    busy = true;
    paint();
    try {
      const id = await campaign();
      const variables = Object.fromEntries(names().map((name) => [name, valueOf(name)]));
      sent = await post(`/api/campaigns/${id}/test`, { to: numbersIn(numbers), variables });
      busy = false;
      waiting = true;
      await look(sent.testId, Date.now() + PATIENCE);
    } catch (error) {
      left.aborted && error !== left.reason ? note(error.message, 'bad') : (problem = error.message);
    }
    busy = false;
    paint();
  }

  const outcome = (to, i) => {
    const known = outcomes.find((one) => one.number === i + 1);
    return html`<li><code>${to}</code>
      ${known ? badge(known.status) : html`<span class="quiet">${say(waiting ? 'test.waiting' : 'test.silent')}</span>`}
      ${known?.words ? html`<span>${codeWords(known.errorCode, known.words)} <small class="quiet">${known.detail ?? ''}</small></span>` : nothing}</li>`;
  };

  const variable = (name) => html`
    <label>${name}
      <input name=${`test-${name}`} required maxlength="1024" .value=${valueOf(name)}
        @input=${(event) => (typed = { ...typed, [name]: event.target.value })}></label>
  `;

  const view = () => html`
    <section aria-labelledby="test">
      <h2 id="test">${say('test.title')}</h2>
      <p class="hint">${say('test.hint')}</p>
      <form @submit=${send}>
        <label>${say('test.numbers')}
          <input name="test-numbers" inputmode="tel" autocomplete="tel" required placeholder="+55 11 …" .value=${numbers}
            @input=${(event) => (numbers = event.target.value)}></label>
        ${names().length ? html`<div class="columns">${names().map(variable)}</div>` : nothing}
        <div class="actions"><button id="test-send">${say('test.action')}</button></div>
      </form>
      <div aria-live="polite">
        ${problem ? trouble(problem) : nothing}
        ${sent ? html`<ul class="outcomes">${sent.to.map(outcome)}</ul>` : nothing}
      </div>
    </section>
  `;

  left.addEventListener('abort', () => clearTimeout(timer));
  return { view };
}
