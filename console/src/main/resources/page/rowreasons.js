// Why a line of a file cannot be used, in the reader's language.
import { number } from './format.js';
import { either, said } from './sentences.js';

const VALUES = { most: number, columns: number, named: number, numbers: either };

/** The console's sentences (RowReasons), each with the text that says the same. */
const SENTENCES = [
  ['row.missing', /^the phone number is missing$/s],
  ['row.tooLong', /^the phone number is too long$/s],
  ['row.tooShort', /^the phone number is too short$/s],
  ['row.tooManyDigits', /^the phone number has more than 15 digits$/s],
  ['row.shortened', /^a spreadsheet has shortened this number; make its column text there and export it again$/s],
  ['row.date', /^not a phone number, but a date$/s],
  ['row.letters', /^not a phone number, as it has letters in it$/s],
  ['row.decimals', /^not a phone number, as it has decimals$/s],
  ['row.noNumber', /^not a phone number$/s],
  ['row.twoNumbers', /^two numbers in one cell$/s],
  ['row.noSuchNumber', /^no such phone number$/s],
  ['row.noCountry', /^no country has this code$/s],
  ['row.wrongLength', /^no phone number there has this length$/s],
  ['row.needsCountry', /^it needs a country code, like (?<example>\+\d+)$/s],
  ['row.ambiguous', /^it may be (?<numbers>.+); write it with a plus$/s],
  ['row.externalId', /^the external id has at most (?<most>\d+) characters, none of them a control character$/s],
  ['row.timeZone', /^no such time zone; write it like (?<example>\S+)$/s],
  ['row.unstorable', /^the column "(?<name>.*)" holds a NUL character or an unpaired surrogate$/s],
  ['row.longName', /^the column "(?<name>.*)" has a name of more than (?<most>\d+) characters$/s],
  ['row.longValue', /^the column "(?<name>.*)" has more than (?<most>\d+) characters$/s],
  ['row.largeVariables', /^the variables have more than (?<most>\d+) bytes together$/s],
  ['row.moreColumns', /^(?<columns>\d+) columns where the first line has (?<named>\d+)$/s],
  ['row.noObject', /^it is not an object with a "phone"$/s],
  ['row.variables', /^"variables" must be an object of texts$/s],
  ['row.noTextVariable', /^the variable "(?<name>.*)" must be a text$/s],
  ['row.noText', /^"(?<name>.*)" must be a text$/s],
  ['row.recipientTooLong', /^the recipient is too long$/s],
];

/** Why this line was not taken; what this page does not know is shown as it is. */
export const rowWords = (reason) => said(SENTENCES, reason, VALUES) ?? reason;
