// Why a number gets nothing, in the reader's language; what a person gave as the reason stays as it was typed.
import { coded } from './reasons.js';
import { said } from './sentences.js';

const VALUES = { code: coded };

/** The reasons that Sluice itself stores (OptOutReason, Said, FailedNumbers), each with the text that says the same. */
const SENTENCES = [
  ['suppressed.manual', /^manual$/],
  ['suppressed.preference', /^user preference: stop$/],
  ['suppressed.message', /^opt-out message$/],
  ['suppressed.provider', /^provider: opted out$/],
  ['suppressed.refused', /^provider: (?<code>\d+|[a-z]+_[a-z_]+)$/],
  ['suppressed.failed', /^failed: (?<code>\d+|[a-z]+_[a-z_]+)$/],
];

export const suppressedWords = (reason) => said(SENTENCES, reason, VALUES) ?? reason;
