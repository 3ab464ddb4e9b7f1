// When a campaign is over that sends only at certain hours of the day, by the clock on the wall there.
const DAY = 86_400;
/** Longer than that nobody wants to know it to the minute. */
const DAYS = 60;

function secondsOf(time) {
  const [hours, minutes, seconds = 0] = time.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

const within = (seconds) => ((seconds % DAY) + DAY) % DAY;

/** Seconds since midnight in a time zone. */
function timeOfDay(at, timeZone) {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium', hourCycle: 'h23' });
  return secondsOf(parts.format(at));
}

/**
 * The end of so many seconds of sending that begin now, all in milliseconds since 1970; null if it is
 * too far away. A campaign without hours sends at any.
 */
export function end(from, seconds, { windowStart, windowEnd, timeZone }) {
  if (!windowStart) {
    return from + seconds * 1000;
  }
  const start = secondsOf(windowStart);
  const length = within(secondsOf(windowEnd) - start);
  let left = seconds;
  let at = from;
  while (at - from < DAYS * DAY * 1000) {
    const into = within(timeOfDay(at, timeZone) - start);
    const open = Math.max(0, length - into);
    if (left <= open) {
      return at + left * 1000;
    }
    left -= open;
    // To the next opening, also where the clocks change in between.
    at += (DAY - into) * 1000;
    const late = within(timeOfDay(at, timeZone) - start);
    at -= (late < DAY / 2 ? late : late - DAY) * 1000;
  }
  return null;
}
