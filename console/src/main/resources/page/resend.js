// Sends a campaign once more: to all for whom it failed, to those of one reason, or to some. Each asks once.
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
  const out = all ? await optedOut(path, 'FAILED') : 0;
  // That all of them have opted out is said below.
  const text = (failed) => (failed ? say('resend.failed', { count: inWords(failed) }, failed) : all ? '' : say('resend.failedNone'));
  return ask(path, campaign, { all, unconfirmed, out, text }, left);
}

/** Asks about those who failed, and whether those in doubt get it, too. */
async function ask(path, campaign, { all, unconfirmed, out, text, recipients, others = nothing }, left) {
  if (left.aborted) {
    return null;
  }
  let alsoInDoubt = false;
  const failed = all - (out ?? 0);
  const statuses = () => [failed > 0 && 'FAILED', alsoInDoubt && 'UNCONFIRMED'].filter(Boolean);
  const means = document.createElement('div');
  const look = async () => {
    const chosen = statuses();
    const words = chosen.length
      ? await again(path, campaign, failed + (alsoInDoubt ? unconfirmed : 0), chosen, { recipients })
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
    text: text(failed),
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
      ${others} ${skipped(out)} ${means}`,
    allowed: failed + unconfirmed > 0,
  });
  if (yes && !statuses().length) {
    note(say('resend.nobody'), 'bad');
  }
  if (!yes || !statuses().length) {
    return null;
  }
  return {
    query: statuses().map((status) => `status=${status}`).join('&'),
    ...(recipients ? { body: { recipients } } : {}),
  };
}

/** Why the others cannot be sent to again. */
const OTHERS = [
  ['selection.got', ['SENT', 'DELIVERED', 'READ']],
  ['selection.skipped', ['SUPPRESSED']],
  ['selection.waiting', ['PENDING']],
];

function othersWords(selected, unknown) {
  const count = (statuses) => statuses.reduce((sum, status) => sum + (selected[status] ?? 0), 0);
  return [...OTHERS.map(([key, statuses]) => [key, count(statuses)]), ['selection.unknown', unknown]]
    .filter(([, many]) => many > 0)
    .map(([key, many]) => html`<p class="reason">${say(key, { count: number(many) }, many)}</p>`);
}

/** The same for these rows of the list, by what has become of them meanwhile if the console can tell. */
export async function resendSelected(path, campaign, rows, left) {
  const recipients = rows.map(({ id }) => id);
  const known = await glance(`${path}/resend/review`, { recipients });
  const listed = () => rows.reduce((sums, { status }) => ({ ...sums, [status]: (sums[status] ?? 0) + 1 }), {});
  const selected = known?.selected ?? listed();
  const all = selected.FAILED ?? 0;
  return ask(
    path,
    campaign,
    {
      all,
      unconfirmed: selected.UNCONFIRMED ?? 0,
      out: known ? (known.suppressed.FAILED ?? 0) : null,
      text: (failed) => (failed ? say('selection.failed', { count: number(failed), all: number(rows.length) }, failed) : all ? '' : say('selection.failedNone')),
      recipients,
      others: othersWords(selected, known?.unknown ?? 0),
    },
    left,
  );
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
  const means = count > 0 ? await again(path, campaign, count, [status], { reason: code }) : nothing;
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
