// When a campaign starts, and at what hours of the day it may send.
import { html } from './lib.js';
import { needsFourEyes } from './session.js';
import { say } from './texts.js';

/** What is wrong with it, or nothing. */
export function wrongTimes(draft) {
  if (Boolean(draft.windowStart) !== Boolean(draft.windowEnd)) {
    return say('create.hoursBoth');
  }
  return draft.scheduledAt && new Date(draft.scheduledAt) < Date.now() ? say('create.past') : '';
}

/** Time zones are found as people are added, so that with some there a local time cannot be set, nor its zone changed. */
export function whenStep(draft, change, { localTimeFixed = false, zoneFixed = false }) {
  const field = (name) => (event) => change({ [name]: event.target.value });
  return html`
    ${
      needsFourEyes()
        ? html`<p class="hint">${say('approval.time')}</p>`
        : html`<label>${say('create.startAt')}
              <input name="scheduledAt" type="datetime-local" .value=${draft.scheduledAt} @input=${field('scheduledAt')}></label>
            <p class="hint">${say('create.startHint')}</p>`
    }
    <label>${say('create.localTime')}
      <input name="localTime" type="time" ?disabled=${localTimeFixed} .value=${draft.localTime} @input=${field('localTime')}></label>
    <p class="hint">${say(localTimeFixed ? 'edit.localTimeFixed' : 'create.localHint')}</p>
    <div class="columns">
      <label>${say('create.from')}
        <input name="windowStart" type="time" .value=${draft.windowStart} @input=${field('windowStart')}></label>
      <label>${say('create.until')}
        <input name="windowEnd" type="time" .value=${draft.windowEnd} @input=${field('windowEnd')}></label>
      <label>${say('create.zone')}
        <input name="timeZone" list="zones" ?disabled=${zoneFixed && Boolean(draft.localTime)} .value=${draft.timeZone} @input=${field('timeZone')}></label>
    </div>
    <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((one) => html`<option value=${one}></option>`)}</datalist>
    <details>
      <summary>${say('create.expert')}</summary>
      <label>${say('create.priority')}
        <input name="priority" type="number" min="1" max="100" .value=${draft.priority} @input=${field('priority')}></label>
      <label class="check"><input name="resend" type="checkbox" .checked=${draft.resend}
          @change=${(event) => change({ resend: event.target.checked })}>
        <span>${say('create.resend')} <strong>${say('create.resendTwice')}</strong></span></label>
      <label class="check"><input name="ignoreCap" type="checkbox" .checked=${draft.ignoreCap}
          @change=${(event) => change({ ignoreCap: event.target.checked })}>
        <span>${say('create.ignoreCap')}</span></label>
    </details>
  `;
}
