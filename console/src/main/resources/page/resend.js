// Sends a campaign once more: to all for whom it failed, or to those of one reason. Each asks once.
import { html, nothing } from './lib.js';
import { get } from './api.js';
import { confirm, note } from './dialogs.js';
import { inWords, number } from './format.js';
import { say } from './texts.js';

export const mayResend = ({ status, counts }) => status === 'COMPLETED' && counts.failed + counts.unconfirmed > 0;

/** What the command says beside its name, or null if a person does not want it. */
export async function resendAll({ counts: { failed, unconfirmed } }) {
  let alsoInDoubt = false;
  const yes = await confirm({
    title: say('resend.title'),
    text: failed ? say('resend.failed', { count: inWords(failed) }, failed) : say('resend.failedNone'),
    action: say('resend.action'),
    extra: html`
      ${
        unconfirmed
          ? html`<label class="check">
              <input type="checkbox" @change=${(event) => (alsoInDoubt = event.target.checked)}>
              <span>${say('resend.unconfirmed', { count: number(unconfirmed) }, unconfirmed)}
                <strong>${say('resend.twice')}</strong></span></label>`
          : nothing
      }
      <p class="hint">${say('resend.optedOut')}</p>`,
  });
  const statuses = [failed > 0 && 'FAILED', alsoInDoubt && 'UNCONFIRMED'].filter(Boolean);
  return yes && statuses.length ? { query: statuses.map((status) => `status=${status}`).join('&') } : null;
}

/** The same for those of one reason, as many as have it by now. */
export async function resendReason(path, { code, status }) {
  const errors = await get(`${path}/errors`);
  const error = errors.find((one) => one.code === code && one.status === status);
  if (!error) {
    note(say('resend.gone'), 'bad');
    return null;
  }
  const { count, words, retryHelps } = error;
  const yes = await confirm({
    title: say('resend.title'),
    text: say('resend.reason', { words }),
    action: say('resend.to', { count: inWords(count) }, count),
    extra: html`
      ${retryHelps === false ? html`<p class="reason">${say('resend.futile')}</p>` : nothing}
      ${status === 'UNCONFIRMED' ? html`<p class="reason">${say('resend.twice')}</p>` : nothing}
      <p class="hint">${say('resend.optedOut')}</p>`,
  });
  return yes ? { query: `status=${status}`, body: { reasons: [code] } } : null;
}
