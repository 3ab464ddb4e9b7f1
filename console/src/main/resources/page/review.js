// The last look before a campaign goes out: to whom, how, how long, and what speaks against it.
import { html, nothing } from './lib.js';
import { glance } from './api.js';
import { costs } from './costs.js';
import { confirm } from './dialogs.js';
import { audience, counts, duration, inWords, moment, number, rate, timeIn } from './format.js';
import { lacking, without } from './missing.js';
import { preview, templatesFor } from './preview.js';
import { reasonWords } from './reasons.js';
import { end } from './sendinghours.js';
import { say } from './texts.js';
import { walked } from './walk.js';

const DAY = 86_400;

/** When it begins, in milliseconds: at its time, or now. */
const beginning = ({ scheduledAt }) => Math.max(Date.now(), scheduledAt ? Date.parse(scheduledAt) : 0);

/** What the daily limit leaves of itself then: what is used up now is free again a day later. */
const limitLeft = ({ dailyLimit, usedIn24Hours }, begun) =>
  Math.max(0, dailyLimit - (begun - Date.now() < DAY * 1000 ? usedIn24Hours : 0));

/** Seconds for which the sender's daily limit stretches it. */
function stretched(people, sender, begun) {
  if (!sender.dailyLimit) {
    return 0;
  }
  const beyondToday = people - limitLeft(sender, begun);
  return beyondToday > 0 ? Math.ceil(beyondToday / sender.dailyLimit) * DAY : 0;
}

/** Seconds until the last of these people is sent to: the rate, or the daily limit, whichever is slower. */
export const takes = (people, sender, begun = Date.now()) =>
  Math.max(people / sender.ratePerSecond, stretched(people, sender, begun));

/** When the last recipient is sent to at the sender's rate, zone after zone, in milliseconds since 1970; null if nobody can tell. */
export const sentBy = (begun, zones, perSecond, campaign) =>
  zones.reduce(
    (at, zone) => (at === null ? null : end(Math.max(at, Date.parse(zone.at)), zone.recipients / perSecond, campaign)),
    begun,
  );

/** How long it takes, and until when, with its time zones, its sending hours and the daily limit. */
function until(campaign, sender, people, zones) {
  if (people === null || sender === null || (campaign.localTime && !zones)) {
    return duration(NaN);
  }
  const begun = beginning(campaign);
  const byRate = campaign.localTime
    ? sentBy(begun, zones, sender.ratePerSecond, campaign)
    : end(begun, people / sender.ratePerSecond, campaign);
  if (byRate === null) {
    return duration(takes(people, sender, begun));
  }
  const first = campaign.localTime && zones.length > 0 ? Math.max(begun, Date.parse(zones[0].at)) : begun;
  const last = Math.max(byRate, first + stretched(people, sender, first) * 1000);
  return campaign.localTime && zones.length > 0
    ? say('review.takesZones', {
        duration: duration((last - begun) / 1000),
        time: moment(last),
        zone: zones.at(-1).timeZone,
      })
    : say('review.takesFrom', { duration: duration(takes(people, sender, begun)), time: moment(last) });
}

/** A campaign in people's own time keeps to it. */
function nightWords({ localTime }, look, at) {
  const night = look?.night;
  if (localTime || !night?.asleep) {
    return '';
  }
  const [{ timeZone }] = night.zones;
  return say(
    'review.night',
    {
      count: number(night.asleep),
      total: number(night.recipients),
      time: timeIn(at, timeZone),
      zone: timeZone,
    },
    night.asleep,
  );
}

function missingWords({ missing }) {
  const { recipients } = missing;
  return (
    recipients > 0 && say('review.missing', { count: without(missing), names: lacking(missing).join(', ') }, recipients)
  );
}

/** Most likely, somebody has taken yesterday's file again. */
function repeatedWords({ repeated }) {
  if (!repeated?.recipients) {
    return '';
  }
  const values = { count: number(repeated.recipients), campaign: repeated.campaign.name };
  return say(repeated.partial ? 'review.repeatedPart' : 'review.repeated', values, repeated.recipients);
}

/** Whether WhatsApp delivers it only to those who have written lately. */
export const isFreeText = (message, sender) => sender?.provider === 'whatsapp' && message.type !== 'template';

function warnings(campaign, sender, people, look, at) {
  const days = people === null || sender === null ? 0 : Math.floor(takes(people, sender, beginning(campaign)) / DAY);
  return [
    people === 0 && say(campaign.scheduledAt ? 'review.nobodyYet' : 'review.nobody'),
    sender?.blocked && say('review.blocked', { reason: reasonWords(sender.blockReason) }),
    isFreeText(campaign.message, sender) && say('review.freeText'),
    look && missingWords(look),
    look && repeatedWords(look),
    days > 0 && say('review.days', { count: number(days) }, days),
    campaign.localTime && say('review.nextDay', { time: campaign.localTime.slice(0, 5) }),
    nightWords(campaign, look, at),
  ].filter(Boolean);
}

const fact = (key, value) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`;

const optedOut = (skipped) =>
  skipped === null ? say('review.notCounted') : say('review.optedOut', { count: number(skipped) }, skipped);

const beyondCap = (capped) =>
  capped === null ? say('review.capNotCounted') : say('review.capped', { count: number(capped) }, capped);

function facts(campaign, sender, people, { suppressed, capped }, zones, cost) {
  return html`
    <dl class="pairs">
      ${fact('review.people', html`<strong>${people === null ? audience(campaign) : inWords(people)}</strong>`)}
      ${suppressed === 0 ? nothing : fact('review.skipped', optedOut(suppressed))}
      ${capped === 0 ? nothing : fact('review.skipped', beyondCap(capped))}
      ${fact('review.sender', say('review.senderRate', {
        sender: campaign.senderId,
        rate: rate(sender?.ratePerSecond ?? campaign.permittedPerSecond),
      }))}
      ${campaign.scheduledAt ? fact('details.scheduled', moment(campaign.scheduledAt)) : nothing}
      ${cost?.recipients ? fact('review.cost', costs(cost)) : nothing}
      ${fact('review.takes', until(campaign, sender, people, zones))}
      ${fact('review.hours', hours(campaign))}
      ${campaign.localTime ? fact('details.localTime', local(campaign)) : nothing}
      ${
        sender?.dailyLimit && sender.usedIn24Hours !== null
          ? fact('review.limit', say('review.limitLeft', {
              left: number(limitLeft(sender, beginning(campaign))),
              limit: number(sender.dailyLimit),
            }))
          : nothing
      }
    </dl>
  `;
}

export const hours = ({ windowStart, windowEnd, timeZone }) =>
  windowStart
    ? say('details.between', { from: windowStart.slice(0, 5), until: windowEnd.slice(0, 5), zone: timeZone })
    : say('details.anyHour');

/** At what time each recipient is sent to. */
export const local = ({ localTime }) => say('details.theirTime', { time: localTime.slice(0, 5) });

/** What is asked about a start by hand, and about one by itself. */
const questions = {
  now: (people, capped) => ({
    title: say('review.title'),
    text: say('review.final'),
    action: people === null ? say('review.everybody') : say('review.action', { count: inWords(people) }, people),
    // Who is beyond the cap now may not be when it is their turn.
    allowed: people !== 0 || capped > 0,
  }),
  later: (people, time) => ({
    title: say('review.later'),
    text: say('review.laterText', { time: moment(time) }),
    action: people === null ? say('review.laterEverybody') : say('review.laterAction', { count: inWords(people) }, people),
  }),
};

/**
 * Whether the person wants the campaign to start, now or at its time, having seen what that means; asks nobody who
 * has left. `changes` are those that the console does not have yet.
 */
export async function review(path, campaign, left, changes = undefined) {
  const begun = beginning(campaign);
  // Sending hours may open later. What takes no time at all would end before they do.
  const first = end(begun, 0.001, campaign) ?? begun;
  const at = (time) => new URLSearchParams({ at: new Date(time).toISOString() });
  const [sender, page, out, look, when, templates] = await Promise.all([
    glance(`/api/senders/${encodeURIComponent(campaign.senderId)}`),
    glance(`${path}/recipients?after=0&status=PENDING`),
    glance(`${path}/suppressed?status=PENDING`),
    glance(`${path}/review?${at(first)}`, changes),
    campaign.localTime ? glance(`${path}/zones?${at(begun)}&localTime=${campaign.localTime}`) : { zones: [] },
    templatesFor(campaign.senderId, campaign.message),
  ]);
  if (left.aborted) {
    return false;
  }
  // Who is beyond the cap now may not be at a later start.
  const capped = out && !campaign.scheduledAt ? out.capped : 0;
  const skipped = { suppressed: out?.suppressed ?? null, capped };
  const { pending } = counts(campaign);
  const people = pending === null ? null : Math.max(0, pending - (skipped.suppressed ?? 0) - (skipped.capped ?? 0));
  const rows = page?.recipients ?? [];
  const seen = look?.night && look.repeated && ![look.night, look.missing, look.repeated].some(({ partial }) => partial);
  const known = page && seen && when?.zones && sender && (!sender.dailyLimit || sender.usedIn24Hours !== null);
  return confirm({
    ...(campaign.scheduledAt ? questions.later(people, campaign.scheduledAt) : questions.now(people, skipped.capped ?? 0)),
    extra: html`
      ${facts(campaign, sender, people, skipped, when?.zones ?? null, look?.cost)}
      ${known ? nothing : html`<p class="reason">${say('review.busy')}</p>`}
      ${warnings(campaign, sender, people, look, first).map((warning) => html`<p class="reason">${warning}</p>`)}
      ${rows.length ? walked(rows, (one) => preview(campaign.message, one.variables, templates)) : nothing}`,
  });
}
