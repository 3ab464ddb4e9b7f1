// The variables of a message: {{name}}, where a name is any column of a CSV file without braces.
// The same grammar as MessageTemplate's, which fills them in.
import { html } from './lib.js';
import { say } from './texts.js';

const PLACEHOLDER = /(?<!\{)\{\{[\s\p{Z}]*([^{}\s\p{Z}][^{}]*)\}\}(?!\})/gu;

/** A name as it is compared: composed characters, and one space for any white space. */
export const nameOf = (written) =>
  written.replaceAll(/[\s\p{Z}]+/gu, ' ').trim().normalize('NFC');

function texts(node) {
  if (typeof node === 'string') {
    return [node];
  }
  return node && typeof node === 'object' ? Object.values(node).flatMap(texts) : [];
}

/** The names of a message's variables. */
export const variables = (message) => [
  ...new Set(texts(message).flatMap((text) => [...text.matchAll(PLACEHOLDER)].map((found) => nameOf(found[1])))),
];

const ALONE = new RegExp(`^${PLACEHOLDER.source}$`, 'u');

/** The names of those that are a template's parameter by themselves: the provider refuses an empty one. */
export const mustBeFilled = (message) =>
  message?.type === 'template'
    ? [
        ...new Set(
          texts(message.template?.components)
            .map((text) => text.trim().match(ALONE))
            .filter(Boolean)
            .map((found) => nameOf(found[1])),
        ),
      ]
    : [];

/** The first text with double braces around what is no variable, or nothing. */
export const broken = (message) =>
  texts(message).find((text) => /\{\{|\}\}/.test(text.replaceAll(PLACEHOLDER, ' ')));

/** The text with a person's values filled in, as far as there are any. */
export const plain = (text, values) =>
  String(text).replaceAll(PLACEHOLDER, (written, name) => values?.[nameOf(name)] ?? written);

/** The same to be shown: the values marked; without values, as it is written. */
export const filled = (text, values) =>
  String(text)
    .split(PLACEHOLDER)
    .map((part, i) => {
      if (i % 2 === 0) {
        return part;
      }
      const name = nameOf(part);
      if (values === null) {
        return html`<mark>{{${name}}}</mark>`;
      }
      return Object.hasOwn(values, name)
        ? html`<mark>${values[name]}</mark>`
        : html`<mark class="missing" title=${say('create.noColumn')}>{{${name}}}</mark>`;
    });
