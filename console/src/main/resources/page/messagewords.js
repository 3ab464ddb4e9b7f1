// Why the provider would refuse a message, in the reader's language.
import { number } from './format.js';
import { said } from './sentences.js';
import { say } from './texts.js';

const PARTS = { 'the header': 'reason.part.header', 'the body': 'reason.part.body', '"text.body"': 'create.text' };

function part(where) {
  const button = /^button (?<place>\d+)$/.exec(where);
  if (button) {
    return say('message.part.button', { place: Number(button.groups.place) + 1 });
  }
  return PARTS[where] ? say(PARTS[where]) : where;
}

const VALUES = { part, given: number, most: number };

/** The services' sentences (MessageValidator and MessageTemplate), each with the text that says the same. */
const SENTENCES = [
  ['message.parts', /^it has (?<given>\d+) fields and values; (?<most>\d+) are allowed$/s],
  ['create.braces', /^"(?<text>.*)" is not a variable like (?<example>\{\{first_name\}\})$/s],
  ['message.fieldName', /^the field "(?<name>.*)" cannot be a variable$/s],
  ['message.object', /^the message must be a JSON object$/s],
  ['message.ours', /^"(?<name>[^"]*)" is set for each recipient; leave it out$/s],
  ['message.noType', /^"type" is missing, for example "template" or "text"$/s],
  ['message.needsObject', /^a message of type "(?<type>.*)" needs an object "/s],
  ['message.noText', /^"text\.body" is empty$/s],
  ['message.noName', /^"template\.name" is missing$/s],
  ['message.noLanguage', /^"template\.language\.code" is missing, for example "pt_BR"$/s],
  ['message.list', /^(?<name>"template\.components") must be a list$/s],
  ['message.list', /^(?<name>"parameters") of (?<part>.+) must be a list$/s],
  ['message.componentType', /^a component has no "type"$/s],
  ['message.twoHeaders', /^there are two headers$/s],
  ['message.twoBodies', /^there are two bodies$/s],
  ['message.oneParameter', /^a header takes one parameter$/s],
  ['message.buttonType', /^a button has no "sub_type", for example "url" or "quick_reply"$/s],
  ['message.buttonPlace', /^a button's "index" is its position, from "0"$/s],
  ['message.twoButtons', /^two buttons have the index (?<place>\d+)$/s],
  ['message.sameName', /^two parameters of (?<part>.+) are called (?<name>.+)$/s],
  ['message.someNamed', /^either all parameters of (?<part>.+) have a "parameter_name" or none$/s],
  ['message.parameterType', /^a parameter of (?<part>.+) has no "type"$/s],
  ['message.empty', /^a text parameter of (?<part>.+) is empty$/s],
  ['message.spaces', /^a text parameter of (?<part>.+) holds a new line, a tab or more than four spaces in a row$/s],
  ['message.longParameter', /^a text parameter of (?<part>.+) has (?<given>\d+) characters of at most (?<most>\d+)$/s],
  ['message.long', /^(?<part>"text\.body") has (?<given>\d+) characters of at most (?<most>\d+)$/s],
  ['message.media', /^a (?<type>\w+) needs either an "id" or a "link"$/s],
];

/** What this page does not know, such as the rules of other providers, is shown as it is. */
export const messageWords = (problem) => said(SENTENCES, problem, VALUES) ?? problem;
