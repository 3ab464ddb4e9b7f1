// Numbers, times and states in words.
import { html, svg } from './lib.js';

export const STATES = ['read', 'delivered', 'sent', 'failed', 'unconfirmed', 'suppressed', 'pending'];

const WHOLE = new Intl.NumberFormat('en');
const MOMENT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const number = (value) => WHOLE.format(value ?? 0);
export const rate = (value) => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
export const moment = (iso) => (iso ? MOMENT.format(new Date(iso)) : '–');

export function share(part, whole) {
  if (!whole) {
    return '0 %';
  }
  const percent = (100 * part) / whole;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.floor(percent)} %`;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) {
    return '–';
  }
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) {
    return `${number(hours)} h ${minutes} min`;
  }
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export const badge = (status) =>
  html`<span class="badge ${status.toLowerCase()}">${status.toLowerCase()}</span>`;

/** With the results that are not in the rows yet: those are written in batches. */
export function counts(campaign) {
  const all = { ...campaign.counts, pending: campaign.pending };
  for (const [state, more] of Object.entries(campaign.unwritten ?? {})) {
    all[state] += more;
    all.pending -= more;
  }
  return all;
}

export const settled = (campaign) => campaign.total - counts(campaign).pending;

/** All recipients in one line, by how far they are. */
export function bar(campaign) {
  const all = counts(campaign);
  const total = Math.max(1, campaign.total);
  let from = 0;
  const parts = STATES.map((state) => {
    const width = (100 * all[state]) / total;
    const part = svg`<rect class=${state} x=${from} y="0" width=${width} height="1"></rect>`;
    from += width;
    return part;
  });
  return html`<svg class="progress" viewBox="0 0 100 1" preserveAspectRatio="none" role="img"
    aria-label=${`${number(settled(campaign))} of ${number(campaign.total)} settled`}>${parts}</svg>`;
}
