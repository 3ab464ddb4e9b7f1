// Numbers, times and states, in the reader's language and habits.
import { html, svg } from './lib.js';
import { language, say, sayOr } from './texts.js';

const STATES = ['read', 'delivered', 'sent', 'failed', 'unconfirmed', 'suppressed', 'pending'];

// The region's habits, such as the clock's 24 hours, where the browser's language is the page's.
const locale = navigator.languages.find((one) => one.startsWith(language.split('-')[0])) ?? language;
const WHOLE = new Intl.NumberFormat(locale);
const WORDS = new Intl.NumberFormat(locale, { notation: 'compact', compactDisplay: 'long' });
const PERCENT = new Intl.NumberFormat(locale, { style: 'percent' });
const FINE_PERCENT = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1 });
const RATE = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const MOMENT = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const CLOCK = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });

export const number = (value) => WHOLE.format(value ?? 0);
/** As a person would say it beside the figure, where that is easier to grasp. */
export const inWords = (value) =>
  value < 1_000 ? number(value) : say('review.peopleWords', { count: number(value), words: WORDS.format(value) });
const money = (digits) => (amount, currency) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits }).format(amount);
/** Never less than it is. */
export const sum = money({ roundingMode: 'ceil' });
/** A price may be a fraction of a cent. */
export const price = money({ maximumFractionDigits: 9 });
const countries = new Intl.DisplayNames([language, 'en'], { type: 'region' });
export const country = (code) => (code === 'ZZ' ? say('file.unknown') : (countries.of(code) ?? code));
export const rate = (value) => RATE.format(value >= 100 ? Math.round(value) : value);
export const moment = (time) => (time ? MOMENT.format(new Date(time)) : '–');
/** The time of day in a time zone; nothing if this browser does not know that. */
export function timeIn(at, timeZone) {
  try {
    return new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at);
  } catch {
    return '–';
  }
}
/** The time of day of Unix seconds. */
export const clock = (seconds) => CLOCK.format(new Date(seconds * 1000));

/** Rounded down, so that 100 % means everybody. */
export function share(part, whole) {
  const exact = whole ? part / whole : 0;
  return exact > 0 && exact < 0.1
    ? FINE_PERCENT.format(Math.max(exact, 0.001))
    : PERCENT.format(Math.floor(exact * 100) / 100);
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) {
    return '–';
  }
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) {
    return say('duration.hours', { hours: number(hours), minutes });
  }
  return minutes > 0
    ? say('duration.minutes', { minutes, seconds: whole % 60 })
    : say('duration.seconds', { seconds: whole });
}

export const statusWords = (status) => sayOr(`status.${status}`, status.toLowerCase());

export const badge = (status) =>
  html`<span class="badge ${status.toLowerCase()}">${statusWords(status)}</span>`;

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

/** For how many people it is, or that counting them takes too long. */
export const audience = ({ total }) =>
  total === null ? say('campaigns.uncounted') : say('funnel.total', { count: number(total) }, total);

/** All recipients in one line, by how far they are. */
export function bar(campaign) {
  const all = counts(campaign);
  const total = Math.max(1, campaign.total);
  let from = 0;
  const segments = STATES.map((state) => {
    const width = (100 * all[state]) / total;
    const segment = svg`<rect class=${state} x=${from} y="0" width=${width} height="1"></rect>`;
    from += width;
    return segment;
  });
  const label =
    campaign.total === null
      ? say('campaigns.uncounted')
      : say('funnel.label', { done: number(settled(campaign)), total: number(campaign.total) });
  return html`<svg class="progress" viewBox="0 0 100 1" preserveAspectRatio="none" role="img"
    aria-label=${label}>${segments}</svg>`;
}
