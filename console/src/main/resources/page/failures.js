// Why people did not get it, what being in doubt means, and what can be done.
import { html, nothing } from './lib.js';
import { number } from './format.js';
import { parts, say } from './texts.js';

const row = (error) => html`
  <tr>
    <td class="count" data-label=${say('failures.people')}>${number(error.count)}</td>
    <td data-label=${say('failures.reason')}><span>${error.words}
      ${error.detail ? html`<small class="quiet">${error.detail}</small>` : nothing}</span></td>
    <td data-label=${say('failures.code')}><code>${error.code ?? '–'}</code></td>
  </tr>
`;

export const failures = (errors, again) =>
  errors.length === 0
    ? nothing
    : html`<section aria-labelledby="errors">
        <h2 id="errors">${say('failures.title')}</h2>
        <table class="cards">
          <thead><tr>
            <th>${say('failures.people')}</th><th>${say('failures.reason')}</th><th>${say('failures.code')}</th>
          </tr></thead>
          <tbody>${errors.map(row)}</tbody>
        </table>
        ${again ? html`<p class="hint">${say('failures.hint')}</p>` : nothing}
      </section>`;

export const doubt = (count) =>
  count === 0
    ? nothing
    : html`<section class="doubt" aria-labelledby="doubt">
        <h2 id="doubt">${parts('doubt.title', { count: number(count) }, count)}</h2>
        <p>${say('doubt.text')}</p>
        <p>${say('doubt.settles')}</p>
      </section>`;
