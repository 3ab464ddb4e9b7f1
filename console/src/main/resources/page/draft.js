// A campaign as it is being written: what was typed, kept in this browser until it is created.
const KEPT = 'sluice-unfinished-campaign';
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const empty = (text) => ({
  name: '',
  sender: '',
  kind: 'text',
  text,
  template: { name: '', language: 'en', parameters: '' },
  json: '{\n  "type": "text",\n  "text": { "body": "Hi {{first_name}}" }\n}',
  scheduledAt: '',
  windowStart: '',
  windowEnd: '',
  timeZone: zone,
  priority: 1,
  resend: false,
});

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

/** What was left unfinished, or a new one with this text to begin with. */
export function open(text) {
  const before = kept();
  return { draft: { ...empty(text), ...before }, found: before !== null };
}

export const keep = (draft) => localStorage.setItem(KEPT, JSON.stringify(draft));
export const forget = () => localStorage.removeItem(KEPT);

/** The provider's message body. Throws what JSON.parse throws. */
export function message({ kind, text, template, json }) {
  switch (kind) {
    case 'text':
      return { type: 'text', text: { body: text } };
    case 'template': {
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

/** The campaign as the API takes it. */
export const campaignOf = (draft) => ({
  name: draft.name,
  sender: draft.sender,
  message: message(draft),
  priority: Number(draft.priority),
  onDoubt: draft.resend ? 'RESEND' : 'HOLD',
  scheduledAt: draft.scheduledAt ? new Date(draft.scheduledAt).toISOString() : null,
  windowStart: draft.windowStart || null,
  windowEnd: draft.windowEnd || null,
  timeZone: draft.timeZone || null,
});
