// The start time that is taken from a campaign while people are added: it must not start by itself with any unreviewed.
import { get, patch } from './api.js';
import { note } from './dialogs.js';
import { moment } from './format.js';
import { orWithout } from './missing.js';
import { say } from './texts.js';

/** `left` is aborted when the view is left. */
export function heldStart(path, left) {
  let time = null;

  return {
    /** The time that is held, or null. */
    time: () => time,
    forget: () => (time = null),

    /** Of what starts by itself. If this page is closed before the time is given back, it stays a draft. */
    async take({ status, scheduledAt }) {
      if (status === 'SCHEDULED') {
        time = scheduledAt;
        await patch(path, { scheduledAt: null });
      }
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

    /** The same error with what it means and what to do, where it has left a draft. */
    async explained(error) {
      const campaign = time === null ? null : await get(path).catch(() => null);
      if (campaign?.status !== 'DRAFT') {
        return error;
      }
      const values = { reason: error.message, name: campaign.name, time: moment(time), action: say('campaign.schedule') };
      return new Error(say('import.notSet', values));
    },
  };
}
