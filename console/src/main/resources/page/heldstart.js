// The start time that is taken from a campaign while people are added: it must not start by itself with any unreviewed.
import { get, patch } from './api.js';
import { note } from './dialogs.js';
import { moment } from './format.js';
import { orWithout } from './missing.js';
import { say } from './texts.js';

/** The query with which the console changes a start time only if it is this one still. */
const known = (ifScheduledAt) => new URLSearchParams({ ifScheduledAt }).toString();

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
      try {
        await patch(`${path}?${known(scheduledAt)}`, { scheduledAt: null });
        return true;
      } catch (error) {
        const now = error.status === 409 ? await get(path) : null;
        if (now === null || now.scheduledAt === scheduledAt) {
          throw error;
        }
        // Others have set another, or taken it away themselves.
        time = null;
        return this.take(now);
      }
    },

    /**
     * Whether it starts by itself again, with the people whom the query allows: a person may mind what speaks against
     * that. Throws what else is refused, such as where others have set a time since, which stays.
     */
    async giveBack(total, query) {
      const given = await orWithout(
        (all) => patch(`${path}?${all}`, { scheduledAt: time }),
        'campaign.scheduleWithout',
        total,
        left,
        [query, known('none')].filter(Boolean).join('&'),
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
