// What to do where people lack variables that a message needs: nothing, or leave them out.
import { confirm, note } from './dialogs.js';
import { number } from './format.js';
import { say } from './texts.js';

/** Whether a person wants people who lack variables all the same. */
export const acceptMissing = (names, action) =>
  confirm({
    title: say('import.lacking'),
    text: say('import.lackingText', { names: names.join(', ') }),
    action,
    danger: true,
  });

const lacking = ({ variables }) =>
  Object.entries(variables).map(([name, count]) => say('campaign.missing', { name, count: number(count) }, count));

function without({ recipients, partial }) {
  const count = number(recipients);
  return partial ? say('campaign.atLeast', { count }) : count;
}

/**
 * Does something, once more with the query that accepts it where variables are missing and a person does
 * not mind, and says if nobody could look whether any are. Whether it was done; throws what else is refused.
 */
export async function orWithout(act, key, total) {
  try {
    const answer = await act('');
    if (answer?.unchecked) {
      note(say('campaign.unchecked'), 'bad');
    }
    return true;
  } catch (error) {
    const missing = error.members?.missing;
    if (!missing) {
      throw error;
    }
    if (!(await acceptMissing(lacking(missing), say(key, { without: without(missing), total: total === null ? '…' : number(total) })))) {
      return false;
    }
    await act('acceptMissing=true');
    return true;
  }
}
