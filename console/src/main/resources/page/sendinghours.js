// When a campaign is over that sends only at certain hours of the day, by the clock on the wall there.
const DAY = 86_400_000;
/** Longer than that nobody wants to know it to the minute. */
const DAYS = 60;

function millisOf(time) {
  const [hours, minutes, seconds = 0] = time.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** The clock of a time zone, or null if this browser does not know that. Its wall time counts as if it were UTC. */
function clockOf(timeZone) {
  let format;
  try {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    return null;
  }
  const wall = (at) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
  const offset = (at) => wall(at) - Math.floor(at / 1000) * 1000;
  /** The first moment at which the clock shows this; where it skips it, as much later as it skips. */
  const when = (shown) => {
    const before = shown - offset(shown - DAY);
    const after = shown - offset(shown + DAY);
    return [before, after].find((at) => wall(at) === shown) ?? before;
  };
  return { wall, when };
}

/**
 * The end of so many seconds of sending that begin now, all in milliseconds since 1970; null if it is
 * too far away, or nobody can tell. A campaign without hours sends at any.
 */
export function end(from, seconds, { windowStart, windowEnd, timeZone }) {
  if (!windowStart) {
    return from + seconds * 1000;
  }
  const clock = clockOf(timeZone);
  if (!clock) {
    return null;
  }
  const start = millisOf(windowStart);
  const length = (millisOf(windowEnd) - start + DAY) % DAY || DAY;
  const today = Math.floor(clock.wall(from) / DAY) * DAY;
  let left = seconds * 1000;
  // Yesterday's hours may reach over midnight.
  for (let day = -1; day < DAYS; day++) {
    const opening = today + day * DAY + start;
    const opens = Math.max(from, clock.when(opening));
    const open = Math.max(0, clock.when(opening + length) - opens);
    if (left <= open) {
      return opens + left;
    }
    left -= open;
  }
  return null;
}
