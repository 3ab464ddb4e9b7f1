// What to do where people lack variables that a message needs: nothing, or leave them out.
import { confirm, note } from './dialogs.js';
import { number } from './format.js';
import { reasonWords } from './reasons.js';
import { say } from './texts.js';

/** What the console says is in the way, and may be accepted. */
const ACCEPTABLE = ['missing', 'stoppedTemplate', 'unfitTemplate'];

/** What it says that it could not check in time. */
const UNCHECKED = ['unchecked', 'templateUnchecked'];

/** Whether a person wants people who lack variables all the same. */
export const acceptMissing = (names, action) =>
  confirm({
    title: say('import.lacking'),
    text: say('import.lackingText', { names: names.join(', ') }),
    action,
    danger: true,
  });

/** What they lack, in words. */
export const lacking = ({ variables }) =>
  Object.entries(variables).map(([name, count]) => say('campaign.missing', { name, count: number(count) }, count));

/** How many people lack something, as far as is known. */
export function without({ recipients, partial }) {
  const count = number(recipients);
  return partial ? say('campaign.atLeast', { count }) : count;
}

/** Asks what is to be accepted so that what was refused is done: the parameter, or null if a person does not want it. */
async function accepted({ missing, stoppedTemplate, unfitTemplate }, key, total) {
  if (missing) {
    const action = say(key, { without: without(missing), total: total === null ? '…' : number(total) });
    return (await acceptMissing(lacking(missing), action)) ? 'acceptMissing=true' : null;
  }
  const sure = await confirm({
    title: say(unfitTemplate ? 'campaign.unfit' : 'campaign.stopped'),
    text: unfitTemplate
      ? say('campaign.unfitText', { reasons: unfitTemplate.map(reasonWords).join('; ') })
      : say('campaign.stoppedText', { reason: reasonWords(stoppedTemplate) }),
    action: say('campaign.stoppedAnyway'),
    danger: true,
  });
  const parameter = unfitTemplate ? 'acceptTemplate' : 'acceptStopped';
  return sure ? `${parameter}=true` : null;
}

/**
 * Does something with a query, once more with the one that accepts it where variables are missing, or the template was
 * stopped or does not fit, and a person does not mind, and says what nobody could check in time.
 * Whether it was done; throws what else is refused, and all that is where `left` is aborted, as the view was left.
 */
export async function orWithout(act, key, total, left, query = '') {
  const all = query ? [query] : [];
  for (;;) {
    try {
      const answer = await act(all.join('&'));
      UNCHECKED.filter((member) => answer?.[member]).forEach((member) => note(say(`campaign.${member}`), 'bad'));
      return true;
    } catch (error) {
      if (left.aborted || !ACCEPTABLE.some((member) => error.members?.[member])) {
        throw error;
      }
      const more = await accepted(error.members, key, total);
      if (!more) {
        return false;
      }
      all.push(more);
    }
  }
}
