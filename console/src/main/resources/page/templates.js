// A provider's template as a form: the parameters that it has, and the message that they make.
const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const MEDIA = ['IMAGE', 'VIDEO', 'DOCUMENT'];

/** Buttons that need nothing, or that people need not fill in. */
const PLAIN_BUTTONS = ['QUICK_REPLY', 'PHONE_NUMBER', 'URL', 'COPY_CODE', 'OTP', 'VOICE_CALL'];

const named = (template) => template.parameterFormat === 'NAMED';
const component = (template, type) => template.components.find((one) => one.type === type);
const variablesIn = (text) => [...new Set([...(text ?? '').matchAll(VARIABLE)].map((found) => found[1]))];

/** The example that the template was approved with. */
function example(of, type, name, i) {
  const examples = of.example ?? {};
  return (
    examples[`${type}_text_named_params`]?.find((one) => one.param_name === name)?.example ??
    (type === 'body' ? examples.body_text?.[0]?.[i] : examples.header_text?.[i]) ??
    ''
  );
}

const texts = (template, type) => {
  const one = component(template, type.toUpperCase());
  return variablesIn(one?.text)
    .sort(named(template) ? () => 0 : (a, b) => a - b)
    .map((name, i) => ({ key: `${type}.${name}`, part: type, name, kind: 'text', example: String(example(one, type, name, i)) }));
};

function header(template) {
  const format = component(template, 'HEADER')?.format;
  return MEDIA.includes(format)
    ? [{ key: 'header', part: 'header', name: '', kind: format.toLowerCase(), example: '' }]
    : texts(template, 'header');
}

/** What stands before a URL's variable, and after it. */
export const urlParts = (url) => {
  const [before, , after = ''] = String(url ?? '').split(new RegExp(VARIABLE.source));
  return { before, after };
};

/** Whether it is a URL by itself where only the end of one is wanted; in a query one may be meant. */
export const isWholeUrl = (value, url) => {
  const { before } = urlParts(url);
  return before !== '' && !before.includes('?') && /^\s*https?:\/\//i.test(value);
};

/** The provider gives the whole URL as an example of its end. */
function exampleOf(button) {
  const whole = String(button.example?.[0] ?? button.example ?? '');
  const { before, after } = urlParts(button.url);
  return whole.startsWith(before) && whole.endsWith(after)
    ? whole.slice(before.length, whole.length - after.length)
    : isWholeUrl(whole, button.url) ? '' : whole;
}

const buttonsOf = (template) => component(template, 'BUTTONS')?.buttons ?? [];

const buttons = (template) =>
  buttonsOf(template).flatMap((button, i) => {
    const kind = button.type === 'COPY_CODE' ? 'copy_code' : 'url';
    const filled = button.type === 'COPY_CODE' || button.type === 'OTP' || variablesIn(button.url).length > 0;
    return filled
      ? [{ key: `button.${i}`, part: 'button', name: button.text ?? '', kind, index: String(i), url: button.url, example: exampleOf(button) }]
      : [];
  });

/** What has to be filled in, in the order in which a person reads it. */
export const slots = (template) => [...header(template), ...texts(template, 'body'), ...buttons(template)];

/** The parts that this form does not know. */
export const unknownParts = (template) => [
  ...template.components.map((one) => one.type).filter((type) => !['HEADER', 'BODY', 'FOOTER', 'BUTTONS'].includes(type)),
  ...[component(template, 'HEADER')?.format].filter((format) => format && format !== 'TEXT' && !MEDIA.includes(format)),
  ...buttonsOf(template)
    .map((button) => button.type)
    .filter((type) => !PLAIN_BUTTONS.includes(type)),
];

/** A value to begin with: a name is most likely a column's. */
export const empty = (template) =>
  Object.fromEntries(
    slots(template).map(({ key, name, part }) => [
      key,
      { column: true, value: named(template) && part !== 'button' ? name : '' },
    ]),
  );

/** The value as it stands in a message. */
export const written = ({ column, value } = { column: false, value: '' }) =>
  column && value.trim() ? `{{${value.trim()}}}` : value.trim();

function parameter(template, { part, name, kind }, text) {
  switch (kind) {
    case 'text':
      return { type: 'text', ...(named(template) && part !== 'button' ? { parameter_name: name } : {}), text };
    case 'url':
      return { type: 'text', text };
    case 'copy_code':
      return { type: 'coupon_code', coupon_code: text };
    default:
      return { type: kind, [kind]: /^\d+$/.test(text) ? { id: text } : { link: text } };
  }
}

/** The provider's message body. */
export function messageOf(template, values) {
  const all = slots(template);
  const parameters = (wanted) => wanted.map((slot) => parameter(template, slot, written(values[slot.key])));
  const components = ['header', 'body']
    .map((type) => ({ type, parameters: parameters(all.filter((slot) => slot.part === type)) }))
    .filter((one) => one.parameters.length);
  const pressed = all
    .filter((slot) => slot.part === 'button')
    .map((slot) => ({ type: 'button', sub_type: slot.kind, index: slot.index, parameters: parameters([slot]) }));
  const filled = [...components, ...pressed];
  return {
    type: 'template',
    template: {
      name: template.name,
      language: { code: template.language },
      ...(filled.length ? { components: filled } : {}),
    },
  };
}

const textOf = (one) => String(one.text ?? one.coupon_code ?? one[one.type]?.link ?? one[one.type]?.id ?? '');
const COLUMN = /^\{\{\s*([^{}]+?)\s*\}\}$/;

/** The values with which a message was made of the template; they make it again unless it is another's. */
export function valuesOf(template, message) {
  const given = message.template?.components ?? [];
  const find = ({ part, index, name }, i) =>
    part === 'button'
      ? given.find((one) => one.type === 'button' && String(one.index) === index)?.parameters?.[0]
      : given.find((one) => one.type === part)?.parameters?.find((one, at) => (one.parameter_name ?? i) === (one.parameter_name ? name : at));
  const place = {};
  return Object.fromEntries(
    slots(template).map((slot) => {
      place[slot.part] = (place[slot.part] ?? -1) + 1;
      const text = textOf(find(slot, place[slot.part]) ?? {});
      const column = text.match(COLUMN)?.[1];
      return [slot.key, column ? { column: true, value: column } : { column: false, value: text }];
    }),
  );
}

/** A language as it is compared: the provider's events write en-US for en_US. */
const sameLanguage = (one, other) =>
  String(one).replace('-', '_').toLowerCase() === String(other).replace('-', '_').toLowerCase();

/** The template of which a message was made, with its values, if it is one of these. */
export function pickedFrom(templates, message) {
  const template = templates.find(
    (one) => one.name === message.template?.name && sameLanguage(one.language, message.template?.language?.code),
  );
  return template ? { template, values: valuesOf(template, message) } : null;
}

/** A template's text in pieces: every second one is the key of a slot. */
export const pieces = (text, part) =>
  String(text ?? '')
    .split(VARIABLE)
    .map((piece, i) => (i % 2 ? `${part}.${piece}` : piece));
