// The start time that is taken from a campaign while people are added: it must not start by itself with any unreviewed.
import { get, patch } from './api.js';
import { note } from './dialogs.js';
import { moment } from './format.js';
import { orWithout } from './missing.js';
import { say } from './texts.js';

/** `left` is aborted when the view is left. */
export function heldStart(path, left) {
  let time = null;
  let named = '';

  return {
    /** The time that is held, or null. */
    time: () => time,
    forget: () => (time = null),

    /** Of what starts by itself, and whether it did. If this page is closed before the time is given back, it stays a draft. */
    async take({ status, scheduledAt, name }) {
      if (status !== 'SCHEDULED') {
        return false;
      }
      time = scheduledAt;
      named = name;
      await patch(path, { scheduledAt: null });
      return true;
    },

    /** Whether it starts by itself again: a person may mind what speaks against that. Throws what else is refused. */
    async giveBack(total) {
      const given = await orWithout(
        (query) => patch(`${path}?${query}`, { scheduledAt: time }),
        'campaign.scheduleWithout',
        total,
        left,
      );
      if (given) {
        note(say('campaign.scheduledFor', { time: moment(time) }));
      }
      return given;
    },

    /** The same error with what it means and what to do, where it has left a draft, or nobody can tell. */
    async explained(error) {
      if (time === null) {
        return error;
      }
      const campaign = await get(path).catch(() => null);
      if (campaign && campaign.status !== 'DRAFT') {
        return error;
      }
      const values = {
        reason: error.message,
        name: campaign?.name ?? named,
        time: moment(time),
        action: say('campaign.schedule'),
      };
      return new Error(say(campaign ? 'import.notSet' : 'import.maybeNotSet', values));
    },
  };
}
