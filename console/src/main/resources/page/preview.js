// A message as the phone shows it, with a person's values filled in.
import { html, nothing } from './lib.js';
import { glance } from './api.js';
import { isWholeUrl, pickedFrom, pieces, urlParts, written } from './templates.js';
import { parts, say } from './texts.js';
import { isMedia, media } from './media.js';
import { filled, mustBeFilled, plain, variables } from './placeholders.js';

/** As it is in the message, whatever it is. */
const raw = (message, values) => html`<pre class="bubble">${filled(JSON.stringify(message, null, 2), values)}</pre>`;

const parameter = (one, values) =>
  isMedia(one.type) && one[one.type]
    ? media(one.type, one[one.type], values)
    : filled(one.text ?? one.payload ?? `[${one.type}]`, values);

const component = (one, values) => html`
  <div>${String(one.type)}: ${(one.parameters ?? []).map((each, i) => html`<br>${i + 1}. ${parameter(each, values)}`)}</div>
`;

const template = ({ name, language, components = [] }, values) => html`
  <div class="bubble">
    <small class="quiet">${parts('create.templateName', {
      name: html`<strong>${String(name || '…')}</strong>`,
      language: String(language?.code || '…'),
    })}</small>
    ${components.map((one) => component(one, values))}
  </div>
`;

/** A text of a template, each of its variables as this person gets it. */
const worded = (text, part, picked, values) =>
  pieces(text, part).map((piece, i) =>
    i % 2 === 0 ? piece : filled(written(picked.values[piece]) || `[${piece.split('.')[1]}]`, values),
  );

/** The form knows a medium's link or id, the message perhaps the name of the file as well. */
function mediumOf({ values: { header } }, kind, message) {
  const text = written(header);
  const given = message?.template?.components?.find((one) => one.type === 'header')?.parameters?.[0]?.[kind];
  return { ...(/^\d+$/.test(text) ? { id: text } : { link: text }), filename: given?.filename };
}

const headed = (one, picked, values, message) =>
  isMedia(one.format?.toLowerCase())
    ? media(one.format.toLowerCase(), mediumOf(picked, one.format.toLowerCase(), message), values)
    : html`<p><strong>${worded(one.text, 'header', picked, values)}</strong></p>`;

/** Where it leads for this person: the template's URL, with its end filled in. */
function link(button, value, values) {
  if (!button.url) {
    return nothing;
  }
  const { before, after } = urlParts(button.url);
  const end = value === undefined ? '' : written(value);
  return html`<small class="leads">${before}${filled(end, values)}${after}</small>
    ${
      isWholeUrl(plain(end, values), button.url)
        ? html`<small class="problem">${say('template.wholeUrl', { start: before })}</small>`
        : nothing
    }`;
}

/** A template that was picked, with its own words; `message` is what was made of it, if that is known. */
export function templatePreview(picked, values, message = null) {
  const part = (type) => picked.template.components.find((one) => one.type === type);
  return html`
    <div class="phone">
      <div class="bubble">${part('HEADER') ? headed(part('HEADER'), picked, values, message) : nothing}<p>${worded(
        part('BODY')?.text,
        'body',
        picked,
        values,
      )}</p>${part('FOOTER') ? html`<p><small class="quiet">${part('FOOTER').text}</small></p>` : nothing}</div>
      ${(part('BUTTONS')?.buttons ?? []).map(
        (button, i) => html`<p class="press">${button.text ?? button.type}
          ${link(button, picked.values[`button.${i}`], values)}</p>`,
      )}
    </div>
  `;
}

const captioned = (kind, of, values) => html`
  <div class="bubble">
    ${media(kind, of, values)}
    ${of.caption ? html`<p>${filled(of.caption, values)}</p>` : nothing}
  </div>
`;

/** The templates of a sender, if a message is one and the console can read them. */
export const templatesFor = async (sender, message) =>
  (message.type === 'template' && (await glance(`/api/senders/${encodeURIComponent(sender)}/templates`))) || [];

function known(message, values, templates) {
  switch (message.type) {
    case 'text':
      return html`<p class="bubble">${filled(message.text?.body ?? '', values)}</p>`;
    case 'template': {
      const picked = pickedFrom(templates, message);
      return picked ? templatePreview(picked, values, message) : template(message.template ?? {}, values);
    }
    case 'image':
    case 'video':
    case 'document':
      return captioned(message.type, message[message.type] ?? {}, values);
    default:
      return raw(message, values);
  }
}

/** The names of what a message needs and a person lacks, who then gets nothing. */
function lacking(message, values) {
  const needed = mustBeFilled(message);
  return variables(message).filter(
    (name) => !Object.hasOwn(values, name) || (needed.includes(name) && !String(values[name]).trim()),
  );
}

/** What a person lacks, in words; nothing where nobody is meant. */
export function lackingWords(message, values) {
  const names = values === null ? [] : lacking(message, values);
  return names.length === 0
    ? nothing
    : html`<p class="lacks">${say('preview.lacks', { names: names.join(', ') }, names.length)}</p>`;
}

/**
 * JSON may be anything: what has no form that is known is shown as it is. A template has its own words if it is
 * among these.
 */
export function preview(message, values, templates = []) {
  try {
    return html`${known(message, values, templates)}${lackingWords(message, values)}`;
  } catch {
    return raw(message, values);
  }
}
