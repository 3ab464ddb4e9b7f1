// A new campaign: message with a preview, hours, recipients.
import { html, render, nothing } from './lib.js';
import { post, upload } from './api.js';
import { note } from './dialogs.js';
import { report } from './importer.js';
import { all } from './live.js';

const EXAMPLE = '{\n  "type": "text",\n  "text": { "body": "Hi {{first_name}}" }\n}';
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The first two records of a CSV file's beginning. */
function firstRecords(text) {
  const records = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length && records.length < 3; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') {
        field += '"';
        i++;
      } else if (c === '"') {
        quoted = false;
      } else {
        field += c;
      }
    } else if (c === '"') {
      quoted = true;
    } else if (c === ',' || c === '\n') {
      records.at(-1).push(field.replace(/\r$/, ''));
      field = '';
      if (c === '\n') {
        records.push([]);
      }
    } else {
      field += c;
    }
  }
  if (field && records.length < 3) {
    records.at(-1).push(field);
  }
  return records;
}

async function sample(file) {
  if (!file || file.name.toLowerCase().endsWith('.json')) {
    return {};
  }
  const text = (await file.slice(0, 64 * 1024).text()).replace(/^\uFEFF/, '');
  const [header, row = []] = firstRecords(text);
  return Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? '']));
}

const PLACEHOLDER = /\{\{\s*([^{}\s]+)\s*\}\}/g;

const filled = (text, values) =>
  String(text)
    .split(PLACEHOLDER)
    .map((part, i) =>
      i % 2 === 0
        ? part
        : part in values && part !== 'phone'
          ? html`<mark>${values[part]}</mark>`
          : html`<mark class="missing" title="no such column">{{${part}}}</mark>`,
    );

export function create(root) {
  let senders = null;
  let kind = 'text';
  let text = 'Hi {{first_name}}, …';
  let template = { name: '', language: 'en', parameters: '' };
  let raw = EXAMPLE;
  let values = {};
  let problem = '';
  let busy = false;
  let share = null;
  let made = null;

  function message() {
    if (kind === 'text') {
      return { type: 'text', text: { body: text } };
    }
    if (kind === 'template') {
      const parameters = template.parameters
        .split('\n')
        .filter((line) => line.trim())
        .map((line) => ({ type: 'text', text: line.trim() }));
      return {
        type: 'template',
        template: {
          name: template.name.trim(),
          language: { code: template.language.trim() },
          ...(parameters.length ? { components: [{ type: 'body', parameters }] } : {}),
        },
      };
    }
    try {
      return JSON.parse(raw);
    } catch (error) {
      throw new Error(`The message is not JSON: ${error.message}`);
    }
  }

  function preview() {
    let body;
    try {
      body = message();
    } catch (error) {
      return html`<p class="quiet">${error.message}</p>`;
    }
    if (body.type === 'text') {
      return html`<p class="bubble">${filled(body.text?.body ?? '', values)}</p>`;
    }
    if (body.type === 'template') {
      const components = body.template?.components ?? [];
      return html`<div class="bubble">
        <small class="quiet">Template <strong>${body.template?.name || '…'}</strong>
          (${body.template?.language?.code || '…'})</small>
        ${components.map(
          (component) => html`<p>${component.type}: ${(component.parameters ?? []).map(
            (parameter, i) => html`<br>${i + 1}. ${filled(parameter.text ?? parameter.payload ?? `[${parameter.type}]`, values)}`,
          )}</p>`,
        )}
      </div>`;
    }
    return html`<pre class="bubble">${filled(JSON.stringify(body, null, 2), values)}</pre>`;
  }

  async function submit(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    const value = (name) => data.get(name) || null;
    problem = '';
    busy = true;
    paint();
    try {
      const at = value('scheduledAt');
      const { id } = await post('/api/campaigns', {
        name: value('name'),
        sender: value('sender'),
        message: message(),
        priority: Number(value('priority') ?? 1),
        onDoubt: data.get('resend') ? 'RESEND' : 'HOLD',
        scheduledAt: at ? new Date(at).toISOString() : null,
        windowStart: value('windowStart'),
        windowEnd: value('windowEnd'),
        timeZone: value('timeZone'),
      });
      const file = data.get('file');
      let result = null;
      if (file?.size) {
        share = 0;
        paint();
        result = await upload(`/api/campaigns/${id}/recipients`, file, (part) => {
          share = part;
          paint();
        }).catch((error) => {
          note(`The campaign was created, but nobody was added: ${error.message}`, 'bad');
          return null;
        });
      }
      if (result === null || result.rejectedCount === 0) {
        location.hash = `#/campaigns/${id}`;
        return;
      }
      made = { id, result };
    } catch (error) {
      problem = error.message;
    }
    busy = false;
    share = null;
    paint();
  }

  const change = (set) => (event) => {
    set(event.target.value);
    paint();
  };

  const choice = (name, label) => html`
    <label class="choice"><input type="radio" name="kind" value=${name} .checked=${kind === name}
      @change=${() => {
        kind = name;
        paint();
      }}> ${label}</label>
  `;

  const fields = () =>
    ({
      text: () => html`<label>Text
        <textarea name="text" rows="4" .value=${text} @input=${change((v) => (text = v))}></textarea></label>
        <p class="hint">Free text reaches only people who have written to you within 24 hours.</p>`,
      template: () => html`
        <div class="columns">
          <label>Template's name
            <input name="template" .value=${template.name} @input=${change((v) => (template.name = v))} required></label>
          <label>Language
            <input name="language" .value=${template.language} @input=${change((v) => (template.language = v))} required></label>
        </div>
        <label>Its variables in order, one a line
          <textarea name="parameters" rows="3" placeholder="{{first_name}}" .value=${template.parameters}
            @input=${change((v) => (template.parameters = v))}></textarea></label>`,
      json: () => html`<label>The provider's message body, without the recipient
        <textarea name="json" rows="10" spellcheck="false" class="code" .value=${raw}
          @input=${change((v) => (raw = v))}></textarea></label>`,
    })[kind]();

  const done = () => html`
    <h1>Created</h1>
    ${report(made.result)}
    <p><a class="button primary" href=${`#/campaigns/${made.id}`}>To the campaign</a></p>
  `;

  const empty = () => html`
    <h1>New campaign</h1>
    <div class="empty"><p>Somebody has to send it: add a sender first.</p>
      <a class="button primary" href="#/senders">To the senders</a></div>
  `;

  const view = () => {
    if (made) {
      return done();
    }
    if (senders?.length === 0) {
      return empty();
    }
    return html`
      <h1>New campaign</h1>
      <form class="sheet" @submit=${submit}>
        <div class="columns">
          <label>Name <input name="name" required maxlength="200" autocomplete="off"></label>
          <label>Sender
            <select name="sender" required>
              ${(senders ?? []).map((one) => html`<option value=${one.id}>${one.id} (${one.ratePerSecond}/s)</option>`)}
            </select></label>
        </div>
        <fieldset>
          <legend>Message</legend>
          <p class="choices">${choice('text', 'Text')} ${choice('template', 'Template')} ${choice('json', 'JSON')}</p>
          <p class="hint">Write <code>{{column}}</code> where a column of your file belongs.</p>
          ${fields()}
        </fieldset>
        <fieldset>
          <legend>Recipients</legend>
          <label>CSV with a column <code>phone</code>, or JSON; more can be added later
            <input name="file" type="file" accept=".csv,.json,text/csv,application/json"
              @change=${async (event) => {
                values = await sample(event.target.files[0]);
                paint();
              }}></label>
        </fieldset>
        <section class="preview" aria-labelledby="preview">
          <h2 id="preview">Preview</h2>
          <p class="quiet">${values.phone ? `As ${values.phone} gets it` : 'With the first row of your file filled in'}</p>
          ${preview()}
        </section>
        <details>
          <summary>When and how</summary>
          <div class="columns">
            <label>Start at (your time) <input name="scheduledAt" type="datetime-local"></label>
            <label>Priority beside others of the sender
              <input name="priority" type="number" min="1" max="100" value="1"></label>
          </div>
          <div class="columns">
            <label>Send from <input name="windowStart" type="time"></label>
            <label>until <input name="windowEnd" type="time"></label>
            <label>in the time zone <input name="timeZone" list="zones" value=${zone}></label>
          </div>
          <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((one) => html`<option value=${one}></option>`)}</datalist>
          <label class="check"><input name="resend" type="checkbox">
            <span>Where it is in doubt whether somebody got it, send again. <strong>Some may get it twice.</strong></span></label>
        </details>
        ${share === null ? nothing : html`<progress aria-label="Upload" max="1" .value=${share}></progress>`}
        ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
        <div class="actions"><button class="primary" ?disabled=${busy || senders === null}>Create</button></div>
      </form>
    `;
  };

  const paint = () => render(view(), root);
  paint();
  all('/api/senders').then(
    (found) => {
      senders = found;
      paint();
    },
    (error) => {
      problem = error.message;
      paint();
    },
  );
}
