// A campaign as it is being written: what was typed, kept in this browser until it is created.
import { who } from './session.js';
import { messageOf, pickedFrom } from './templates.js';
import { lasting, passing, placeOf } from './unfinished.js';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** A new one, with this text to begin with. */
export const empty = (text) => ({
  name: '',
  sender: '',
  kind: 'text',
  text,
  template: { name: '', language: 'en', parameters: '' },
  // The provider's template that was picked, with the values of its parameters.
  picked: null,
  json: '{\n  "type": "text",\n  "text": { "body": "Hi {{first_name}}" }\n}',
  scheduledAt: '',
  windowStart: '',
  windowEnd: '',
  timeZone: zone,
  localTime: '',
  priority: 1,
  resend: false,
  ignoreCap: false,
  // The campaign that was made of it already, if adding its people or trying it out did not end it.
  made: null,
  // What the page did to that one: whether it gave it people, and the start that it asked for.
  filled: false,
  asked: null,
});

const kept = () => lasting.read(placeOf(who()));

/** A time as a field for it takes it. */
export function localTime(time) {
  if (!time) {
    return '';
  }
  const at = new Date(time);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What was left unfinished, or a new one with this text to begin with. */
export function open(text) {
  const before = kept();
  return { draft: { ...empty(text), ...before }, found: before !== null };
}

export const keep = (draft) => lasting.write(placeOf(who()), draft);

/** Only if it is the one of which this campaign was made: another may be being written beside it. */
export const forget = (made) => (kept()?.made ?? null) === made && lasting.remove(placeOf(who()));

/** Once what was kept has been finished or discarded in another tab. */
export const whenForgotten = (then, signal) =>
  addEventListener('storage', ({ key, newValue }) => key === placeOf(who()) && newValue === null && then(), { signal });

/** The provider's message body. Throws what JSON.parse throws. */
export function message({ kind, text, template, picked, json }) {
  switch (kind) {
    case 'text':
      return { type: 'text', text: { body: text } };
    case 'template': {
      if (picked) {
        return messageOf(picked.template, picked.values);
      }
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
    default:
      return JSON.parse(json);
  }
}

/** Whether JSON says the same, in whatever order. */
export function same(one, other) {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other;
  }
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => same(one[name], other[name]));
}

/** The first form that says exactly this message again, if any does. */
function formOf(body, templates) {
  const parameters = body.template?.components?.[0]?.parameters ?? [];
  const byHand = templates.length === 0;
  const picked = pickedFrom(templates, body);
  const forms = [
    picked && { kind: 'template', picked },
    { kind: 'text', text: String(body.text?.body ?? '') },
    // Where there are templates to pick from, none is written by hand.
    byHand && {
      kind: 'template',
      template: {
        name: String(body.template?.name ?? ''),
        language: String(body.template?.language?.code ?? ''),
        parameters: parameters.map((one) => one.text ?? '').join('\n'),
      },
    },
  ];
  return forms.filter(Boolean).find((form) => same(message(form), body));
}

/** How a message was written: JSON may be anything, so that not even its parts need be where a form has them. */
function written(body, templates) {
  const json = { kind: 'json', json: JSON.stringify(body, null, 2) };
  try {
    return formOf(body, templates) ?? json;
  } catch {
    return json;
  }
}

/** A campaign that is there, to be changed; the templates are its sender's, or none if they are not known. */
export const draftOf = (campaign, templates) => ({
  ...empty(''),
  name: campaign.name,
  sender: campaign.senderId,
  ...written(campaign.message, templates),
  scheduledAt: localTime(campaign.scheduledAt),
  windowStart: campaign.windowStart?.slice(0, 5) ?? '',
  windowEnd: campaign.windowEnd?.slice(0, 5) ?? '',
  timeZone: campaign.timeZone,
  localTime: campaign.localTime?.slice(0, 5) ?? '',
  priority: campaign.priority,
  resend: campaign.onDoubt === 'RESEND',
  ignoreCap: campaign.ignoreCap,
});

/** The campaign as the API takes it. */
export const campaignOf = (draft) => ({
  name: draft.name,
  sender: draft.sender,
  message: message(draft),
  priority: Number(draft.priority),
  onDoubt: draft.resend ? 'RESEND' : 'HOLD',
  ignoreCap: draft.ignoreCap,
  scheduledAt: draft.scheduledAt ? new Date(draft.scheduledAt).toISOString() : null,
  windowStart: draft.windowStart || null,
  windowEnd: draft.windowEnd || null,
  timeZone: draft.timeZone || null,
  localTime: draft.localTime || null,
});

/** The fields that were changed: what others changed meanwhile, or a field cannot show in full, stays. */
export const changed = (before, after) =>
  Object.fromEntries(Object.entries(after).filter(([name, value]) => !same(before[name], value)));

/** Changes of a campaign that were left unfinished in this tab: the fields of its draft that differ. */
export const edits = (id) => ({
  kept: () => passing.read(placeOf(who(), id)),
  keep: (before, after) => passing.write(placeOf(who(), id), changed(before, after)),
  forget: () => passing.remove(placeOf(who(), id)),
});
