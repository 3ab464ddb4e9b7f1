// The rate over time against the permitted rate.
import { uPlot, chartStyle } from './lib.js';
import { clock } from './format.js';

const KEPT = 3600;
/** Whole seconds between the marks of the axis of time. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = chartStyle;
document.head.append(style);

/** What a campaign's events say about its pace. */
export class Pace {
  constructor() {
    this.times = [];
    this.rates = [];
    this.permitted = [];
  }

  /** Whether there is anything to draw: a campaign of a second or two has no pace. */
  drawable() {
    return this.times.length > 1 && this.rates.some((rate) => rate !== null);
  }

  /** Puts before the rest what was sent in steps of so many seconds before this page was opened. */
  before({ from, stepSeconds, sent }) {
    const first = Date.parse(from) / 1000;
    const times = sent.map((_, step) => first + (step + 1) * stepSeconds);
    const known = times.filter((time) => time <= (this.times[0] ?? Date.now() / 1000));
    this.times.unshift(...known);
    this.rates.unshift(...sent.slice(0, known.length).map((count) => count / stepSeconds));
    this.permitted.unshift(...known.map(() => null));
  }

  /** Takes in how many are sent a second at a time, in seconds; null if that is not known. */
  add(seconds, rate, permitted) {
    this.times.push(seconds);
    this.rates.push(rate);
    this.permitted.push(permitted);
    if (this.times.length > KEPT) {
      [this.times, this.rates, this.permitted].forEach((values) => values.shift());
    }
  }
}

/** A colour of the style sheet as a canvas wants it: light or dark is decided. */
function colour(name) {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

/** Draws a pace in an element, and again whenever it is told to. */
export function chart(element, pace) {
  const axis = () => ({
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  });
  const options = {
    width: element.clientWidth || 600,
    height: 220,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.15)] } },
    axes: [
      { ...axis(), incrs: STEPS, space: 90, values: (_, times) => times.map(clock) },
      { ...axis(), size: 56 },
    ],
    series: [
      {},
      { label: 'messages/s', stroke: colour('--sent'), width: 2, fill: colour('--fill') },
      { label: 'permitted', stroke: colour('--quiet'), width: 1, dash: [6, 6], points: { show: false } },
    ],
  };
  const data = () => [pace.times, pace.rates, pace.permitted];
  const plot = new uPlot(options, data(), element);
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: element.clientWidth, height: 220 }),
  );
  observer.observe(element);
  return {
    draw: () => plot.setData(data()),
    close: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}
