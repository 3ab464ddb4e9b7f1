// Why people did not get it, whether trying again can help, what being in doubt means, and what can be done.
import { html, nothing } from './lib.js';
import { exportLink } from './exports.js';
import { number, statusWords } from './format.js';
import { codeWords } from './reasons.js';
import { parts, say } from './texts.js';

/** What the console calls those without one. */
const NO_CODE = 'none';

const again = ({ retryHelps }) =>
  retryHelps === true
    ? html`<span class="badge completed">${say('failures.helps')}</span>`
    : html`<span class="badge">${say(retryHelps === false ? 'failures.futile' : 'failures.unknown')}</span>`;

/** No failure: they get nothing from this campaign, however often it is sent. */
const skipped = ({ status }) => status === 'SUPPRESSED';

const words = (error) => (skipped(error) ? say(error.code ? 'failures.capped' : 'failures.suppressed') : codeWords(error.code, error.words));

const actions = (path, error, { resend, suppress }) => html`
  <div class="line">
    ${
      resend && error.code && !skipped(error)
        ? html`<button class="small" aria-label=${say('failures.resendOne', { words: words(error) })} @click=${() => resend(error)}>
            ${say('failures.resend')}</button>`
        : nothing
    }
    ${
      suppress && error.code && error.status === 'FAILED'
        ? html`<button class="small" aria-label=${say('failures.suppressOne', { words: words(error) })} @click=${() => suppress(error)}>
            ${say('failures.suppress')}</button>`
        : nothing
    }
    ${exportLink(path, say('failures.download'), {
      wanted: { status: error.status, reason: error.code ?? NO_CODE },
      label: say('failures.downloadOne', { words: words(error) }),
    })}
  </div>
`;

const row = (path, can) => (error) => html`
  <tr>
    <td class="count" data-label=${say('failures.people')}>${number(error.count)}</td>
    <td data-label=${say('failures.reason')}><span>${words(error)}
      <small class="quiet">${error.status === 'FAILED' ? nothing : `${statusWords(error.status)} · `}${
        error.code ? html`<code>${error.code}</code> ` : nothing
      }${error.detail ?? ''}</small></span></td>
    <td data-label=${say('failures.again')}>${skipped(error) ? nothing : again(error)}</td>
    <td class="do">${actions(path, error, can)}</td>
  </tr>
`;

/** By reason; `resend` is null while nothing can be sent once more, `suppress` for who may not. */
export const failures = (path, errors, can) =>
  errors.length === 0
    ? nothing
    : html`<section aria-labelledby="errors">
        <h2 id="errors">${say('failures.title')}</h2>
        <table class="cards">
          <thead><tr>
            <th>${say('failures.people')}</th><th>${say('failures.reason')}</th><th>${say('failures.again')}</th>
            <td></td>
          </tr></thead>
          <tbody>${errors.map(row(path, can))}</tbody>
        </table>
        ${can.resend ? nothing : html`<p class="hint">${say('failures.later')}</p>`}
      </section>`;

export const doubt = (count) =>
  count === 0
    ? nothing
    : html`<section class="doubt" aria-labelledby="doubt">
        <h2 id="doubt">${parts('doubt.title', { count: number(count) }, count)}</h2>
        <p>${say('doubt.text')}</p>
        <p>${say('doubt.settles')}</p>
      </section>`;
