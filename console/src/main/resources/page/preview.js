// A message as the phone shows it, with a person's values filled in.
import { html, nothing } from './lib.js';
import { parts } from './texts.js';
import { filled } from './placeholders.js';

const parameter = (one, values) =>
  filled(one.text ?? one.payload ?? one[one.type]?.link ?? `[${one.type}]`, values);

const component = (one, values) => html`
  <p>${one.type}: ${(one.parameters ?? []).map((each, i) => html`<br>${i + 1}. ${parameter(each, values)}`)}</p>
`;

const template = ({ name, language, components = [] }, values) => html`
  <div class="bubble">
    <small class="quiet">${parts('create.templateName', {
      name: html`<strong>${name || '…'}</strong>`,
      language: language?.code || '…',
    })}</small>
    ${components.map((one) => component(one, values))}
  </div>
`;

const media = (message, values) => html`
  <div class="bubble">
    <small class="quiet">${message.type}: ${filled(message[message.type].link ?? message[message.type].id ?? '', values)}</small>
    ${message[message.type].caption ? html`<p>${filled(message[message.type].caption, values)}</p>` : nothing}
  </div>
`;

export function preview(message, values) {
  switch (message.type) {
    case 'text':
      return html`<p class="bubble">${filled(message.text?.body ?? '', values)}</p>`;
    case 'template':
      return template(message.template ?? {}, values);
    case 'image':
    case 'video':
    case 'document':
      return media({ ...message, [message.type]: message[message.type] ?? {} }, values);
    default:
      return html`<pre class="bubble">${filled(JSON.stringify(message, null, 2), values)}</pre>`;
  }
}
