// Sends a campaign once more: to all for whom it failed, or to those of one reason. Each asks once.
import { html, nothing, render } from './lib.js';
import { glance } from './api.js';
import { confirm, note } from './dialogs.js';
import { inWords, number } from './format.js';
import { codeWords } from './reasons.js';
import { again } from './review.js';
import { say } from './texts.js';

export const mayResend = ({ status, counts }) => status === 'COMPLETED' && counts.failed + counts.unconfirmed > 0;

/** How many of them get nothing all the same, or null if nobody could count them. */
async function optedOut(path, status, reason) {
  const query = new URLSearchParams({ status, ...(reason ? { reason } : {}) });
  return (await glance(`${path}/suppressed?${query}`))?.suppressed ?? null;
}

function skippedWords(count) {
  if (count === null) {
    return say('resend.notCounted');
  }
  return count ? say('resend.skipped', { count: number(count) }, count) : say('resend.optedOut');
}

const skipped = (count) => html`<p class="hint">${skippedWords(count)}</p>`;

/** What the command says beside its name, or null if a person does not want it or has left meanwhile. */
export async function resendAll(path, campaign, left) {
  const { failed: all, unconfirmed } = campaign.counts;
  let alsoInDoubt = false;
  const out = all ? await optedOut(path, 'FAILED') : 0;
  if (left.aborted) {
    return null;
  }
  const failed = all - (out ?? 0);
  const statuses = () => [failed > 0 && 'FAILED', alsoInDoubt && 'UNCONFIRMED'].filter(Boolean);
  const means = document.createElement('div');
  const look = async () => {
    const chosen = statuses();
    const words = chosen.length
      ? await again(path, campaign, failed + (alsoInDoubt ? unconfirmed : 0), chosen)
      : nothing;
    // Another choice may have been made meanwhile.
    if (chosen.join() === statuses().join()) {
      render(words, means);
    }
  };
  await look();
  if (left.aborted) {
    return null;
  }
  const yes = await confirm({
    title: say('resend.title'),
    // That all of them have opted out is said below.
    text: failed ? say('resend.failed', { count: inWords(failed) }, failed) : all ? '' : say('resend.failedNone'),
    action: say('resend.action'),
    extra: html`
      ${
        unconfirmed
          ? html`<label class="check">
              <input type="checkbox" @change=${(event) => {
                alsoInDoubt = event.target.checked;
                look();
              }}>
              <span>${say('resend.unconfirmed', { count: number(unconfirmed) }, unconfirmed)}
                <strong>${say('resend.twice')}</strong></span></label>`
          : nothing
      }
      ${skipped(out)} ${means}`,
  });
  return yes && statuses().length ? { query: statuses().map((status) => `status=${status}`).join('&') } : null;
}

/** The same for those of the reason that is shown, as many as have it by now. */
export async function resendReason(path, campaign, shown, left) {
  const { code, status } = shown;
  const errors = (await glance(`${path}/errors`)) ?? [shown];
  if (left.aborted) {
    return null;
  }
  const error = errors.find((one) => one.code === code && one.status === status);
  if (!error) {
    note(say('resend.gone'), 'bad');
    return null;
  }
  const { retryHelps } = error;
  const words = codeWords(code, error.words);
  const out = await optedOut(path, status, code);
  if (left.aborted) {
    return null;
  }
  const count = Math.max(0, error.count - (out ?? 0));
  const means = count > 0 ? await again(path, campaign, count, [status], code) : nothing;
  if (left.aborted) {
    return null;
  }
  const yes = await confirm({
    title: say('resend.title'),
    text: say('resend.reason', { words }),
    action: say('resend.to', { count: inWords(count) }, count),
    allowed: count > 0,
    extra: html`
      ${retryHelps === false ? html`<p class="reason">${say('resend.futile')}</p>` : nothing}
      ${status === 'UNCONFIRMED' ? html`<p class="reason">${say('resend.twice')}</p>` : nothing}
      ${skipped(out)} ${means}`,
  });
  return yes ? { query: `status=${status}`, body: { reasons: [code] } } : null;
}
