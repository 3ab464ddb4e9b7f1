// A new campaign: message with a preview, hours, recipients.
import { html, render, nothing } from './lib.js';
import { post, upload } from './api.js';
import { note } from './dialogs.js';
import { number } from './format.js';
import { acceptMissing } from './importer.js';
import { all } from './live.js';
import { peopleFile } from './peoplefile.js';
import { broken, filled, variables } from './placeholders.js';

const EXAMPLE = '{\n  "type": "text",\n  "text": { "body": "Hi {{first_name}}" }\n}';
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export function create(root) {
  let senders = null;
  let kind = 'text';
  let text = 'Hi {{first_name}}, …';
  let template = { name: '', language: 'en', parameters: '' };
  let raw = EXAMPLE;
  let problem = '';
  let busy = false;
  let share = null;
  // A campaign to which nobody could be added: what it was made of, so that trying again makes no other.
  let draft = null;
  const people = peopleFile(() => paint(), { wanted });
  const values = () => people.first()?.variables ?? {};

  function wanted() {
    try {
      return variables(message());
    } catch {
      return [];
    }
  }

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
    const odd = broken(body);
    if (odd !== undefined) {
      return html`<p class="problem">Double braces belong around a column's name, like
        <code>{{first_name}}</code>. Not so here: ${odd.slice(0, 200)}</p>`;
    }
    if (body.type === 'text') {
      return html`<p class="bubble">${filled(body.text?.body ?? '', values())}</p>`;
    }
    if (body.type === 'template') {
      const components = body.template?.components ?? [];
      return html`<div class="bubble">
        <small class="quiet">Template <strong>${body.template?.name || '…'}</strong>
          (${body.template?.language?.code || '…'})</small>
        ${components.map(
          (component) => html`<p>${component.type}: ${(component.parameters ?? []).map(
            (parameter, i) => html`<br>${i + 1}. ${filled(parameter.text ?? parameter.payload ?? `[${parameter.type}]`, values())}`,
          )}</p>`,
        )}
      </div>`;
    }
    return html`<pre class="bubble">${filled(JSON.stringify(body, null, 2), values())}</pre>`;
  }

  /** Makes the campaign, unless the same one was made before and nobody could be added to it. */
  async function make(wish) {
    const text = JSON.stringify(wish);
    if (draft && draft.text !== text) {
      await post(`/api/campaigns/${draft.id}/cancel`);
      draft = null;
    }
    draft ??= { id: (await post('/api/campaigns', wish)).id, text };
    return draft.id;
  }

  async function addPeople(id, lacking) {
    const file = people.file();
    if (!file) {
      return;
    }
    share = 0;
    paint();
    const query = people.query({ acceptMissing: lacking ? 'true' : '' });
    const result = await upload(`/api/campaigns/${id}/recipients?${query}`, file, (part) => {
      share = part;
      paint();
    }).catch((error) => {
      throw new Error(`Nobody was added yet; Create tries it again with the same campaign. ${error.message}`);
    });
    note(
      `${number(result.accepted)} added, ${number(result.duplicates)} duplicates, ${number(result.rejectedCount)} rejected`,
    );
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
      const wish = {
        name: value('name'),
        sender: value('sender'),
        message: message(),
        priority: Number(value('priority') ?? 1),
        onDoubt: data.get('resend') ? 'RESEND' : 'HOLD',
        scheduledAt: at ? new Date(at).toISOString() : null,
        windowStart: value('windowStart'),
        windowEnd: value('windowEnd'),
        timeZone: value('timeZone'),
      };
      const usable = await people.usable();
      const lacking = people.missing();
      if (usable && (!lacking.length || (await acceptMissing(lacking, 'Create it all the same')))) {
        const id = await make(wish);
        await addPeople(id, lacking.length > 0);
        location.hash = `#/campaigns/${id}`;
        return;
      }
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

  const empty = () => html`
    <h1>New campaign</h1>
    <div class="empty"><p>Somebody has to send it: add a sender first.</p>
      <a class="button primary" href="#/senders">To the senders</a></div>
  `;

  const view = () => {
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
          ${people.view('CSV with a column of phone numbers, or JSON; more can be added later')}
        </fieldset>
        <section class="preview" aria-labelledby="preview">
          <h2 id="preview">Preview</h2>
          <p class="quiet">${people.first() ? `As ${people.first().phone} gets it` : 'With the first row of your file filled in'}</p>
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
