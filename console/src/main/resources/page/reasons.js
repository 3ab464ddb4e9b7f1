// Why something does not send or was not received, in the reader's language. The services write sentences and
// codes; what this does not know, such as a provider's own words, is shown as it is.
import { number } from './format.js';
import { said } from './sentences.js';
import { language, say, sayOr } from './texts.js';

/** What codes mean; none for English, in which the console says it. */
const { default: codes } =
  language === 'en' ? { default: {} } : await import(`./texts/codes/${language}.json`, { with: { type: 'json' } });

/** What a code means, of which the console has said these words. */
export const codeWords = (code, words) =>
  language === 'en' ? words : (codes[code ?? 'none'] ?? codes.other.replace('{code}', code));

/** Who has asked for something over the API without a name. */
const NAMELESS = /^(?:api@.*|an unnamed service)$/;
/** A service that has done it by itself. */
const ITSELF = /^(?:worker|the provider)$/;
/** A person who has signed in, and the address of their machine. */
const PERSON = /^user:(.+)@[^@]+$/;

function author(who) {
  if (NAMELESS.test(who)) {
    return say('reason.byHand');
  }
  return ITSELF.test(who) ? say('reason.itself') : say('reason.by', { who: PERSON.exec(who)?.[1] ?? who });
}

/** A code, with what it means where this is not English. */
export const coded = (code) => (codes[code] ? `${code} (${codes[code]})` : code);

/** How what is found in a sentence is said, where not as it is. */
const VALUES = {
  code: coded,
  count: number,
  part: (part) => say(`reason.part.${part}`),
  status: (status) => sayOr(`template.state.${status}`, status),
  who: author,
  why: reasonWords,
  what: reasonWords,
};

/** The services' sentences (StatusReasons and TemplateFit), each with the text that says the same. */
const SENTENCES = [
  ['reason.waitsToo', /^(?<why>.+); waits for its sending hours$/s],
  ['reason.asked', /^requested by (?<who>.+?): (?<why>.+)$/s],
  ['reason.askedOnly', /^requested by (?<who>.+)$/s],
  ['reason.dailyLimit', /^the sender has written to (?<count>\d+) different people within 24 hours, its daily limit;/],
  ['reason.blocked', /^the sender is blocked: (?<why>.+)$/s],
  ['reason.hours', /^its sending hours (?<from>[\d:]+)-(?<until>[\d:]+) (?<zone>\S+) are over$/],
  ['reason.fault', /^it cannot go on: (?<why>.+)$/s],
  ['reason.refused', /^the provider refuses the campaign with (?<code>\w+): (?<why>.+)$/s],
  ['reason.refusedInARow', /^(?<count>\d+) in a row were refused with (?<code>\w+): (?<why>.+)$/s],
  ['reason.notPrepared', /^(?<count>\d+) in a row could not be prepared: (?<why>.+)$/s],
  ['reason.down', /^\w+: the provider seems to be down: (?<why>.+)$/s],
  ['reason.unknownProvider', /^unknown_provider: .*? knows no provider "(?<provider>[^"]*)"/],
  ['reason.silent', /^(?:no answer|few answers) since (?<time>[\d:]+ UTC): (?<why>.+)$/s],
  ['reason.because', /^(?<what>the provider has (?:paused|disabled) the template \S+ \S+): (?<why>.+)$/s],
  ['reason.paused', /^the provider has paused the template (?<name>\S+) (?<language>\S+)$/],
  ['reason.disabled', /^the provider has disabled the template (?<name>\S+) (?<language>\S+)$/],
  ['reason.noTemplate', /^the account has no template (?<name>.*) in the language (?<language>\S*)$/],
  ['reason.notApproved', /^the template is not approved \((?<status>\w+)\)$/],
  ['reason.media', /^the header must be given one parameter of the type (?<type>\w+)$/],
  ['reason.parameters', /^the (?<part>body|header) has (?<given>\d+) parameters?, but the template needs (?<needed>\d+)$/],
  ['reason.parameter', /^the (?<part>body|header) lacks the parameter "(?<name>[^"]*)"$/],
  ['reason.button', /^button (?<place>\d+) lacks its parameter$/],
  ['reason.wholeUrl', /^button (?<place>\d+) is given a whole URL, but the template wants only what follows (?<start>\S+)$/],
  ['reason.noButton', /^button (?<place>\d+) has a parameter, but the template has no such button$/],
  ['reason.fixedButton', /^button (?<place>\d+) has a parameter, but the template needs none$/],
  ['reason.coded', /^(?<code>\d+|[a-z]+_[a-z_]+)(?: \(told by a webhook\))?: (?<why>.+)$/s],
];

/** Why a campaign or a sender does not send, or may not; null where nobody has said. */
export function reasonWords(reason) {
  const words = said(SENTENCES, reason, VALUES);
  // Several that stand beside one another.
  return words ?? (reason?.includes('; ') ? reason.split('; ').map(reasonWords).join('; ') : reason);
}
