// The last look before a campaign goes out: to whom, how, how long, and what speaks against it.
import { html, nothing } from './lib.js';
import { glance } from './api.js';
import { confirm } from './dialogs.js';
import { audience, counts, duration, inWords, moment, number, rate } from './format.js';
import { variables } from './placeholders.js';
import { preview } from './preview.js';
import { reasonWords } from './reasons.js';
import { end } from './sendinghours.js';
import { say } from './texts.js';

const DAY = 86_400;
const NIGHT = { from: 21, until: 8 };

/** Seconds for which the sender's daily limit stretches it. */
function stretched(people, sender) {
  if (!sender.dailyLimit) {
    return 0;
  }
  const beyondToday = people - Math.max(0, sender.dailyLimit - sender.usedIn24Hours);
  return beyondToday > 0 ? Math.ceil(beyondToday / sender.dailyLimit) * DAY : 0;
}

/** Seconds until the last of these people is sent to: the rate, or the daily limit, whichever is slower. */
export const takes = (people, sender) => Math.max(people / sender.ratePerSecond, stretched(people, sender));

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
  const begun = Math.max(Date.now(), Date.parse(campaign.scheduledAt ?? 0));
  const byRate = campaign.localTime
    ? sentBy(begun, zones, sender.ratePerSecond, campaign)
    : end(begun, people / sender.ratePerSecond, campaign);
  if (byRate === null) {
    return duration(takes(people, sender));
  }
  const last = Math.max(byRate, begun + stretched(people, sender) * 1000);
  return campaign.localTime && zones.length > 0
    ? say('review.takesZones', {
        duration: duration((last - begun) / 1000),
        time: moment(last),
        zone: zones.at(-1).timeZone,
      })
    : say('review.takesFrom', { duration: duration(takes(people, sender)), time: moment(last) });
}

function nightNow(campaign) {
  if (campaign.windowStart || campaign.localTime) {
    return false;
  }
  const hour = new Date().getHours();
  return hour >= NIGHT.from || hour < NIGHT.until;
}

function warnings(campaign, sender, people, first) {
  const lacking = first ? variables(campaign.message).filter((name) => !Object.hasOwn(first.variables ?? {}, name)) : [];
  const days = people === null || sender === null ? 0 : Math.floor(takes(people, sender) / DAY);
  return [
    people === 0 && say('review.nobody'),
    sender?.blocked && say('review.blocked', { reason: reasonWords(sender.blockReason) }),
    days > 0 && say('review.days', { count: number(days) }, days),
    campaign.localTime && say('review.nextDay', { time: campaign.localTime.slice(0, 5) }),
    nightNow(campaign) &&
      say('review.night', {
        time: new Date().toLocaleTimeString(undefined, { timeStyle: 'short' }),
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }),
    lacking.length > 0 && say('review.lacking', { names: lacking.join(', ') }),
  ].filter(Boolean);
}

const fact = (key, value) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`;

const optedOut = (skipped) =>
  skipped === null ? say('review.notCounted') : say('review.optedOut', { count: number(skipped) }, skipped);

const beyondCap = (capped) =>
  capped === null ? say('review.capNotCounted') : say('review.capped', { count: number(capped) }, capped);

function facts(campaign, sender, people, { suppressed, capped }, zones) {
  return html`
    <dl class="pairs">
      ${fact('review.people', html`<strong>${people === null ? audience(campaign) : inWords(people)}</strong>`)}
      ${suppressed === 0 ? nothing : fact('review.skipped', optedOut(suppressed))}
      ${capped === 0 ? nothing : fact('review.skipped', beyondCap(capped))}
      ${fact('review.sender', say('review.senderRate', { sender: campaign.senderId, rate: rate(campaign.permittedPerSecond) }))}
      ${fact('review.takes', until(campaign, sender, people, zones))}
      ${fact('review.hours', hours(campaign))}
      ${campaign.localTime ? fact('details.localTime', local(campaign)) : nothing}
      ${
        sender?.dailyLimit && sender.usedIn24Hours !== null
          ? fact('review.limit', say('review.limitLeft', {
              left: number(Math.max(0, sender.dailyLimit - sender.usedIn24Hours)),
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

/** Whether the person wants the campaign to start, having seen what that means; asks nobody who has left. */
export async function review(path, campaign, left) {
  const [sender, page, out, when] = await Promise.all([
    glance(`/api/senders/${encodeURIComponent(campaign.senderId)}`),
    glance(`${path}/recipients?after=0&status=PENDING`),
    glance(`${path}/suppressed?status=PENDING`),
    campaign.localTime ? glance(`${path}/zones`) : { zones: [] },
  ]);
  if (left.aborted) {
    return false;
  }
  const skipped = { suppressed: out?.suppressed ?? null, capped: out ? out.capped : 0 };
  const { pending } = counts(campaign);
  const people = pending === null ? null : Math.max(0, pending - (skipped.suppressed ?? 0) - (skipped.capped ?? 0));
  const first = page?.recipients[0];
  return confirm({
    title: say('review.title'),
    text: say('review.final'),
    action: people === null ? say('review.everybody') : say('review.action', { count: number(people) }, people),
    allowed: people !== 0,
    extra: html`
      ${facts(campaign, sender, people, skipped, when?.zones ?? null)}
      ${page && sender && (!sender.dailyLimit || sender.usedIn24Hours !== null) && when?.zones ? nothing : html`<p class="reason">${say('review.busy')}</p>`}
      ${warnings(campaign, sender, people, first).map((warning) => html`<p class="reason">${warning}</p>`)}
      ${
        first
          ? html`<p class="quiet">${say('review.asGets', { phone: first.phone })}</p>
              ${preview(campaign.message, first.variables)}`
          : nothing
      }`,
  });
}
