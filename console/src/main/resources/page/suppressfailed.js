// Suppresses the numbers for which a campaign failed for a reason, once a person has said so.
import { html } from './lib.js';
import { glance, post } from './api.js';
import { confirm, note } from './dialogs.js';
import { inWords, number } from './format.js';
import { codeWords } from './reasons.js';
import { say } from './texts.js';

async function suppressAll(path, code) {
  const query = new URLSearchParams({ reason: code });
  for (let sum = 0; ; ) {
    const { suppressed, more, next } = await post(`${path}/suppress?${query}`);
    sum += suppressed;
    if (!more) {
      return sum;
    }
    query.set('after', next);
  }
}

/** Asks first, with as many as have this reason by now; asks nobody who has left meanwhile. */
export async function suppressReason(path, shown, left) {
  const { code, status } = shown;
  const errors = (await glance(`${path}/errors`)) ?? [shown];
  if (left.aborted) {
    return;
  }
  const error = errors.find((one) => one.code === code && one.status === status);
  if (!error) {
    note(say('resend.gone'), 'bad');
    return;
  }
  const { count, words } = error;
  const yes = await confirm({
    title: say('suppress.title'),
    text: say('suppress.text', { words: codeWords(code, words) }),
    action: say('suppress.action', { count: inWords(count) }, count),
    danger: true,
    extra: html`<p class="reason">${say('suppress.passing')}</p><p class="hint">${say('suppress.later')}</p>`,
  });
  if (yes) {
    const suppressed = await suppressAll(path, code);
    note(say('suppress.done', { count: number(suppressed) }, suppressed));
  }
}
