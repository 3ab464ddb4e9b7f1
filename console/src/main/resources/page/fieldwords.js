// What is wrong with a field that somebody has filled in, in the reader's language.
import { number } from './format.js';
import { messageWords } from './messagewords.js';
import { rowWords } from './rowreasons.js';
import { said } from './sentences.js';
import { sayOr } from './texts.js';

/** A number with its thousands apart, as the console writes it. */
const figure = (text) => number(Number(text.replaceAll(',', '')));

const VALUES = { given: figure, most: figure, least: figure, problem: messageWords, reason: rowWords };

/** The console's rules, each with the text that says the same. */
const RULES = [
  ['rule.missing', /^is missing$/s],
  ['rule.needed', /^must be the provider's message body, an object$/s],
  ['rule.long', /^has (?<given>\d+) characters of at most (?<most>\d+)$/s],
  ['rule.longest', /^has at most (?<most>\d+) characters$/s],
  ['rule.large', /^has at most (?<most>\d+) bytes of JSON$/s],
  ['rule.unstorable', /^holds a NUL character or an unpaired surrogate$/s],
  ['rule.deep', /^is nested deeper than (?<most>\d+) levels$/s],
  ['rule.outOfRange', /^holds a number that is out of range$/s],
  ['rule.whole', /^must be a whole number within range$/s],
  ['rule.whole', /^must be a whole number$/s],
  ['rule.number', /^must be (?<what>a number)$/s],
  ['rule.years', /^must lie between the years 1970 and 9999$/s],
  ['rule.between', /^must be between (?<least>[\d,]+) and (?<most>[\d,]+)$/s],
  ['rule.between', /^must be from (?<least>1) to (?<most>[\d,]+)$/s],
  ['rule.rate', /^must be from (?<slowest>\S+) for each lane to (?<most>[\d,]+) in all$/s],
  ['rule.atLeast', /^must be at least (?<least>1), or null for none$/s],
  ['rule.providerName', /^is made of letters, digits, dots, dashes and underscores, at most 100$/s],
  ['rule.address', /^must be the sender's address at the provider \(WhatsApp: the phone number id\)$/s],
  ['rule.account', /^is the provider's account that the address belongs to \(WhatsApp: its id\)$/s],
  ['rule.cap', /^is missing: a frequency cap is so many messages in so many days; give both or none$/s],
  ['rule.sameHours', /^must be another time than "windowStart", or nothing would ever be sent$/s],
  ['rule.zone', /^must be a name like America\/Sao_Paulo/s],
  ['rule.numbers', /^has 1 to (?<most>\d+) numbers$/s],
  ['rule.invalidNumber', /^holds an invalid number: (?<reason>.+)$/s],
  ['rule.refused', /^would be refused: (?<problem>.+)$/s],
  ['rule.refused', /^make a message to be refused: (?<problem>.+)$/s],
  ['rule.lacks', /^lacks "(?<name>.*)"$/s],
  ['rule.longMessage', /^make a message of more than (?<most>\d+) characters$/s],
  ['rule.reserved', /^must be none of those that Sluice gives itself: (?<reserved>.+)$/s],
  ['rule.mapMost', /^may be there at most (?<most>\d+) times$/s],
  ['rule.mapNoColumn', /^takes "(?<column>.*)", which is no column\. The first line reads: (?<header>.*)$/s],
  ['rule.mapTaken', /^gives "(?<name>.*)" a column, but one is called that already$/s],
  ['rule.beginning', /^must be how numbers begin, like (?<example>\+5511)$/s],
];

export const fieldLabel = (name) => sayOr(`field.${name}`, `"${name}"`);
export const ruleWords = (rule) => said(RULES, rule, VALUES) ?? rule;
