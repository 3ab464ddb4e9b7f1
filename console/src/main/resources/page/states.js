// What stands where content is not there: on its way, out of reach, or refused.
import { html } from './lib.js';
import { say } from './texts.js';

export const loading = () => html`
  <div class="skeleton" aria-busy="true"><span class="unseen">${say('loading')} …</span></div>
`;

export const offline = () => html`<p class="reason" role="status">${say('offline')}</p>`;

export const trouble = (problem) => html`<p class="problem" role="alert">${problem}</p>`;
