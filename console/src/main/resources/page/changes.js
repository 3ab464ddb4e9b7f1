// What can be done to a campaign beside sending it: a copy, another time, out of sight. Each asks first.
import { html } from './lib.js';
import { create } from './api.js';
import { confirm, form, note } from './dialogs.js';
import { localTime } from './draft.js';
import { number } from './format.js';
import { say } from './texts.js';

const WHOM = [
  ['', 'duplicate.nobody'],
  ['all', 'duplicate.all'],
];
const BY_OUTCOME = [
  ['not-READ', 'duplicate.notRead'],
  ['FAILED', 'duplicate.failed'],
];

/** The keys of copies of which nobody knows yet whether they were made, by what was asked for. */
const keys = new Map();

/** Unlike crypto.randomUUID, this is there without TLS as well. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join('-');

/** A copy that was asked for and not answered is asked for again, so that it is not made twice. */
async function copied(path) {
  const key = keys.get(path) ?? newKey();
  keys.set(path, key);
  const copy = await create(path, key);
  keys.delete(path);
  return copy;
}

/** Makes a new draft of it and goes there. */
export const duplicate = (path, campaign) =>
  form({
    title: say('duplicate.title', campaign),
    action: say('duplicate.action'),
    fields: html`
      <label>${say('duplicate.whom')}
        <select name="recipients">
          ${[...WHOM, ...(campaign.startedAt ? BY_OUTCOME : [])].map(
            ([value, key]) => html`<option value=${value}>${say(key)}</option>`,
          )}
        </select></label>
      <p class="hint">${say('duplicate.hint')}</p>`,
    save: async (data, isOpen) => {
      const query = new URLSearchParams({ recipients: data.get('recipients') });
      const copy = await copied(`${path}/duplicate?${query}`);
      note(say('campaign.copied', { count: number(copy.recipients) }, copy.recipients));
      // Who has put the dialog away is busy with something else.
      if (isOpen()) {
        location.hash = `#/campaigns/${copy.id}`;
      }
    },
  });

/** Whether a person wants it out of sight. */
export const archive = () =>
  confirm({ title: say('archive.title'), text: say('archive.text'), action: say('archive.action') });

/** The time at which a person wants it to start, or null if it is to stay as it is. */
export async function startTime(campaign) {
  let chosen = null;
  await form({
    title: say('schedule.title'),
    action: say('schedule.action'),
    fields: html`<label>${say('schedule.at')}
      <input name="at" type="datetime-local" required value=${localTime(campaign.scheduledAt)}></label>`,
    save: async (data) => {
      const at = new Date(data.get('at'));
      if (at < Date.now()) {
        throw new Error(say('create.past'));
      }
      chosen = at.toISOString();
    },
  });
  return chosen;
}
