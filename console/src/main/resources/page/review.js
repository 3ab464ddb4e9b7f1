// The last look before a campaign goes out: to whom, how, how long, and what speaks against it.
import { html, nothing } from './lib.js';
import { anyoneIn } from './anyone.js';
import { glance } from './api.js';
import { costs } from './costs.js';
import { confirm } from './dialogs.js';
import { audience, counts, duration, inWords, moment, number, rate, timeIn } from './format.js';
import { lacking, without } from './missing.js';
import { preview, templatesFor } from './preview.js';
import { hasTemplates } from './providers.js';
import { reasonWords } from './reasons.js';
import { end } from './sendinghours.js';
import { say } from './texts.js';

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

/** When the last recipient is sent to, with time zones, sending hours and the daily limit; null if nobody can tell. */
function last(campaign, sender, people, zones) {
  if (people === null || sender === null || (campaign.localTime && !zones)) {
    return null;
  }
  const begun = beginning(campaign);
  const byRate = campaign.localTime
    ? sentBy(begun, zones, sender.ratePerSecond, campaign)
    : end(begun, people / sender.ratePerSecond, campaign);
  if (byRate === null) {
    return null;
  }
  const first = campaign.localTime && zones.length > 0 ? Math.max(begun, Date.parse(zones[0].at)) : begun;
  return Math.max(byRate, first + stretched(people, sender, first) * 1000);
}

/** How long it takes, and until when. */
function until(campaign, sender, people, zones) {
  const begun = beginning(campaign);
  const time = last(campaign, sender, people, zones);
  if (time === null) {
    const unknown = people === null || sender === null || campaign.localTime;
    return duration(unknown ? NaN : takes(people, sender, begun));
  }
  return campaign.localTime && zones.length > 0
    ? say('review.takesZones', {
        duration: duration((time - begun) / 1000),
        time: moment(time),
        zone: zones.at(-1).timeZone,
      })
    : say('review.takesFrom', { duration: duration(takes(people, sender, begun)), time: moment(time) });
}

/** A campaign in people's own time keeps to it, until it is resumed after that. */
const keepsToTheirTime = ({ localTime, startedAt }) => Boolean(localTime && !startedAt);

function nightWords(campaign, look, at) {
  const night = look?.night;
  if (keepsToTheirTime(campaign) || !night?.asleep) {
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

/** It may begin by day and go on for so long that night falls. */
function laterWords(campaign, look) {
  const later = look?.night?.later;
  if (keepsToTheirTime(campaign) || !later) {
    return '';
  }
  return say(
    'review.nightLater',
    {
      count: number(later.recipients),
      total: number(look.night.recipients),
      time: timeIn(Date.parse(later.from), later.timeZone),
      zone: later.timeZone,
    },
    later.recipients,
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

/** Whether the provider delivers it only to those who have written lately. */
export const isFreeText = (message, sender) => hasTemplates(sender) && message.type !== 'template';

const blockedWords = (sender) => sender?.blocked && say('review.blocked', { reason: reasonWords(sender.blockReason) });

function spreadWords(campaign, sender, people) {
  const days = people === null || sender === null ? 0 : Math.floor(stretched(people, sender, beginning(campaign)) / DAY);
  return days > 0 && say('review.days', { count: number(days) }, days);
}

function warnings(campaign, sender, people, look, at) {
  return [
    people === 0 && !campaign.startedAt && say(campaign.scheduledAt ? 'review.nobodyYet' : 'review.nobody'),
    blockedWords(sender),
    isFreeText(campaign.message, sender) && say('review.freeText'),
    look && missingWords(look),
    look && repeatedWords(look),
    spreadWords(campaign, sender, people),
    campaign.localTime && !campaign.startedAt && say('review.nextDay', { time: campaign.localTime.slice(0, 5) }),
    nightWords(campaign, look, at),
    laterWords(campaign, look),
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

const toWhom = (people, everybody, counted) =>
  people === null ? say(everybody) : say(counted, { count: inWords(people) }, people);

/** What is asked about a start by hand, one by itself, one that more people have been added to, and after a pause. */
const questions = {
  now: (people, capped) => ({
    title: say('review.title'),
    text: say('review.final'),
    action: toWhom(people, 'review.everybody', 'review.action'),
    // Who is beyond the cap now may not be when it is their turn.
    allowed: people !== 0 || capped > 0,
  }),
  later: (people, capped, time) => ({
    title: say('review.later'),
    text: say('review.laterText', { time: moment(time) }),
    action: toWhom(people, 'review.laterEverybody', 'review.laterAction'),
  }),
  added: (people, capped, time) => ({
    title: say('review.added'),
    text: say('review.addedText', { time: moment(time) }),
    action: toWhom(people, 'review.laterEverybody', 'review.laterAction'),
    refuse: say('review.keepDraft'),
  }),
  resumed: (people) => ({
    title: say('review.resume'),
    text: say('review.resumeText'),
    action: toWhom(people, 'review.everybody', 'review.action'),
  }),
};

const atOf = (time) => new Date(time).toISOString();

/** What the console says about sending from then on: to those who wait, or to others that the query or the body names. */
function lookAhead(review, campaign, sender, people, query, body) {
  // Sending hours may open later. What takes no time at all would end before they do.
  const first = end(beginning(campaign), 0.001, campaign) ?? beginning(campaign);
  const ends = campaign.localTime ? null : last(campaign, sender, people, []);
  const asked = new URLSearchParams([['at', atOf(first)], ...(ends === null ? [] : [['until', atOf(ends)]]), ...query]);
  return { first, look: glance(`${review}?${asked}`, body) };
}

const senderOf = ({ senderId }) => glance(`/api/senders/${encodeURIComponent(senderId)}`);

const reasons = (words) => words.map((one) => html`<p class="reason">${one}</p>`);

/**
 * Whether the person wants the campaign to start, now or at its time, or what `question` asks, having seen what that
 * means; asks nobody who has left. `changes` are those that the console does not have yet.
 */
export async function review(path, campaign, left, { changes, question = campaign.scheduledAt ? 'later' : 'now' } = {}) {
  const sender = await senderOf(campaign);
  const { pending } = counts(campaign);
  const { first, look: looking } = lookAhead(`${path}/review`, campaign, sender, pending, [], changes);
  const at = new URLSearchParams({ at: atOf(beginning(campaign)) });
  // After a pause, time zones whose time has passed go on at once.
  const zoned = keepsToTheirTime(campaign);
  const [out, look, when, templates] = await Promise.all([
    glance(`${path}/suppressed?status=PENDING`),
    looking,
    zoned ? glance(`${path}/zones?${at}&localTime=${campaign.localTime}`) : { zones: [] },
    templatesFor(campaign.senderId, campaign.message),
  ]);
  if (left.aborted) {
    return false;
  }
  // Who is beyond the cap now may not be at a later start.
  const capped = out && !campaign.scheduledAt ? out.capped : 0;
  const skipped = { suppressed: out?.suppressed ?? null, capped };
  const people = pending === null ? null : Math.max(0, pending - (skipped.suppressed ?? 0) - (skipped.capped ?? 0));
  const zones = zoned || !campaign.localTime ? (when?.zones ?? null) : null;
  const seen = look?.night && look.repeated && ![look.night, look.missing, look.repeated].some(({ partial }) => partial);
  const known = seen && when?.zones && sender && (!sender.dailyLimit || sender.usedIn24Hours !== null);
  return confirm({
    ...questions[question](people, skipped.capped ?? 0, campaign.scheduledAt),
    extra: html`
      ${facts(campaign, sender, people, skipped, zones, look?.cost)}
      ${known ? nothing : html`<p class="reason">${say('review.busy')}</p>`}
      ${reasons(warnings(campaign, sender, people, look, first))}
      ${
        pending === 0
          ? nothing
          : anyoneIn(path, { status: 'PENDING' }, (one) => preview(campaign.message, one?.variables ?? null, templates), pending)
      }`,
  });
}

const reviewAgain = ({ message }) =>
  confirm({ title: say('review.otherPeople'), text: message, action: say('review.again') });

/**
 * Does what a person has reviewed, with the query that says for how many people; once it is reviewed again where the
 * campaign has others by then. What came of it, or false if the person does not want it. Throws what else is refused.
 */
export async function reviewed(path, campaign, left, act, options) {
  let shown = campaign;
  while (await review(path, shown, left, options)) {
    try {
      return await act(forAsMany(shown), shown);
    } catch (error) {
      const total = error.members?.recipients;
      if (left.aborted || total === undefined) {
        throw error;
      }
      if (!(await reviewAgain(error))) {
        return false;
      }
      shown = { ...shown, total, pending: total };
    }
  }
  return false;
}

/** The query with which the console does it only if the campaign has as many people still; nothing if nobody can tell. */
export const forAsMany = ({ total }) => (total === null ? '' : `recipients=${total}`);

/**
 * What it means to send to so many people of a campaign once more: those with these statuses, and perhaps this code, or
 * with one of these ids.
 */
export async function again(path, campaign, people, statuses, { reason, recipients } = {}) {
  // It waits for no local time.
  const now = { ...campaign, scheduledAt: null, localTime: null };
  const sender = await senderOf(now);
  const query = [...statuses.map((status) => ['status', status]), ...(reason ? [['reason', reason]] : [])];
  const { first, look: looking } = recipients
    ? lookAhead(`${path}/resend/review`, now, sender, people, query, { recipients })
    : lookAhead(`${path}/review`, now, sender, people, query);
  const look = await looking;
  return html`
    ${facts(now, sender, people, { suppressed: 0, capped: 0 }, null, look?.cost)}
    ${look?.night && !look.night.partial && sender ? nothing : html`<p class="reason">${say('review.busy')}</p>`}
    ${reasons(
      [blockedWords(sender), spreadWords(now, sender, people), nightWords(now, look, first), laterWords(now, look)].filter(Boolean),
    )}`;
}
