// One campaign: where it stands, how fast it goes, what failed, who gets it, and its commands.
import { html, render, nothing } from './lib.js';
import { follow, get, post } from './api.js';
import { chart, Pace } from './chart.js';
import { confirm, note } from './dialogs.js';
import { doubt, failures } from './failures.js';
import { badge, counts, duration, moment, number, rate } from './format.js';
import { funnel } from './funnel.js';
import { acceptMissing, importer } from './importer.js';
import { variables } from './placeholders.js';
import { preview } from './preview.js';
import { recipients } from './recipients.js';
import { hours, review } from './review.js';
import { parts, say } from './texts.js';
import { loading, offline, trouble } from './states.js';

const OPEN = ['DRAFT', 'SCHEDULED'];
const TOLD = {
  start: 'campaign.started',
  pause: 'campaign.paused',
  resume: 'campaign.resumed',
  cancel: 'campaign.cancelled',
  resend: 'campaign.resent',
};

export function campaign(root, id) {
  const path = `/api/campaigns/${id}`;
  const pace = new Pace();
  let now = null;
  let errors = [];
  let problem = '';
  let connected = true;
  let plot = null;
  let failedBefore = -1;
  let busy = false;

  const people = recipients(path, () => paint());
  const upload = importer(path, () => variables(now.message), () => people.reload());

  async function command(name, query = '') {
    busy = true;
    paint();
    try {
      await post(`${path}/${name}${query}`);
      note(say(TOLD[name]));
    } catch (error) {
      if (error.members?.missing) {
        await startAnyway(error.members.missing);
      } else {
        note(error.message, 'bad');
      }
    }
    busy = false;
    paint();
  }

  async function start() {
    try {
      if (await review(path, now)) {
        await command('start');
      }
    } catch (error) {
      note(error.message, 'bad');
    }
  }

  async function startAnyway(missing) {
    const lacking = Object.entries(missing.variables).map(([name, count]) =>
      say('campaign.missing', { name, count: number(count) }, count),
    );
    const count = number(missing.recipients);
    const without = missing.partial ? say('campaign.atLeast', { count }) : count;
    if (await acceptMissing(lacking, say('campaign.startWithout', { without, total: number(now.total) }))) {
      await command('start', '?acceptMissing=true');
    }
  }

  async function cancel() {
    const { pending } = counts(now);
    const yes = await confirm({
      title: say('cancel.title'),
      text: say('cancel.text', { count: number(pending) }, pending),
      action: say('cancel.action'),
      danger: true,
    });
    if (yes) {
      await command('cancel');
    }
  }

  async function resend() {
    const { failed, unconfirmed } = now.counts;
    let alsoInDoubt = false;
    const yes = await confirm({
      title: say('resend.title'),
      text: failed ? say('resend.failed', { count: number(failed) }, failed) : say('resend.failedNone'),
      action: say('resend.action'),
      extra: html`
        ${
          unconfirmed
            ? html`<label class="check">
                <input type="checkbox" @change=${(event) => (alsoInDoubt = event.target.checked)}>
                <span>${say('resend.unconfirmed', { count: number(unconfirmed) }, unconfirmed)}
                  <strong>${say('resend.twice')}</strong></span></label>`
            : nothing
        }
        <p class="hint">${say('resend.optedOut')}</p>`,
    });
    const statuses = [failed > 0 && 'FAILED', alsoInDoubt && 'UNCONFIRMED'].filter(Boolean);
    if (yes && statuses.length) {
      await command('resend', `?${statuses.map((status) => `status=${status}`).join('&')}`);
    }
  }

  const mayResend = () =>
    now.status === 'COMPLETED' && now.counts.failed + now.counts.unconfirmed > 0;

  const button = (name, action, kind = '') =>
    html`<button id=${name} class=${kind} ?disabled=${busy} @click=${action}>${say(`campaign.${name}`)}</button>`;

  function commands() {
    const buttons = {
      start: () => button('start', start, 'primary'),
      pause: () => button('pause', () => command('pause')),
      resume: () => button('resume', () => command('resume'), 'primary'),
      cancel: () => button('cancel', cancel, 'danger'),
      resend: () => button('resend', resend),
    };
    const may = {
      DRAFT: ['start', 'cancel'],
      SCHEDULED: ['cancel'],
      SENDING: ['pause', 'cancel'],
      PAUSED: ['resume', 'cancel'],
      COMPLETED: mayResend() ? ['resend'] : [],
      CANCELLED: [],
    }[now.status];
    return may.map((name) => buttons[name]());
  }

  function speed() {
    if (!now.startedAt) {
      return nothing;
    }
    const running = now.status === 'SENDING';
    const current = running ? (now.perSecond ?? null) : 0;
    const left = counts(now).pending;
    const took = (new Date(now.completedAt) - new Date(now.startedAt)) / 1000;
    const strong = (text) => html`<strong>${text}</strong>`;
    return html`
      <section aria-labelledby="speed">
        <h2 id="speed">${say('pace.title')}</h2>
        <p class="line">
          ${
            now.completedAt
              ? html`<span>${parts('pace.took', { duration: strong(duration(took)) })}</span>`
              : html`<span>${parts('pace.current', {
                    rate: strong(current === null ? '…' : rate(current)),
                    permitted: rate(now.permittedPerSecond),
                  })}</span>
                  <span>${
                    running && left > 0 && current
                      ? parts('pace.left', { duration: strong(duration(left / current)) })
                      : nothing
                  }</span>`
          }
        </p>
        ${pace.times.length > 1 ? html`<div id="chart" role="img" aria-label=${say('pace.chart')}></div>` : nothing}
      </section>
    `;
  }

  const pair = (key, value) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`;

  const details = () => html`
    <section aria-labelledby="details">
      <h2 id="details">${say('details.title')}</h2>
      <dl class="pairs">
        ${pair('details.sender', now.senderId)}
        ${pair('details.created', moment(now.createdAt))}
        ${now.scheduledAt ? pair('details.scheduled', moment(now.scheduledAt)) : nothing}
        ${now.startedAt ? pair('details.started', moment(now.startedAt)) : nothing}
        ${now.completedAt ? pair('details.ended', moment(now.completedAt)) : nothing}
        ${pair('details.hours', hours(now))}
        ${now.round > 1 ? pair('details.round', number(now.round - 1)) : nothing}
        ${now.priority === 1 ? nothing : pair('details.priority', number(now.priority))}
      </dl>
      <div class="preview">${preview(now.message, null)}</div>
      <details><summary>${say('campaign.message')}</summary>
        <pre tabindex="0">${JSON.stringify(now.message, null, 2)}</pre></details>
    </section>
  `;

  const crumb = html`<p class="crumb"><a href="#/">${say('campaigns.title')}</a></p>`;

  const view = () =>
    now === null
      ? html`${crumb}
          <h1>${say('campaign.title')}</h1>
          ${problem ? trouble(problem) : loading()}`
      : html`${crumb}
          <div class="line title">
            <h1>${now.name}</h1> ${badge(now.status)}
            <div class="actions">${commands()}</div>
          </div>
          ${now.statusReason ? html`<p class="reason">${now.statusReason}</p>` : nothing}
          ${connected ? nothing : offline()}
          ${OPEN.includes(now.status) ? upload.view() : nothing}
          ${funnel(now)} ${speed()} ${doubt(counts(now).unconfirmed)} ${failures(errors, mayResend())}
          ${details()} ${people.view()}
        `;

  function paint() {
    render(view(), root);
    upload.attach(paint);
    const place = root.querySelector('#chart');
    if (place && !plot) {
      plot = chart(place, pace);
    }
    plot?.draw();
  }

  async function readErrors() {
    const bad = now.counts.failed + now.counts.unconfirmed;
    if (bad === failedBefore) {
      return;
    }
    failedBefore = bad;
    errors = bad === 0 ? [] : await get(`${path}/errors`);
    paint();
  }

  paint();
  const errorsTimer = setInterval(() => now && readErrors().catch(() => {}), 3000);
  // A steady pace is told once, so time passes for the chart without an event as well.
  const look = () =>
    pace.add(Date.now() / 1000, connected ? (now.perSecond ?? null) : null, now.permittedPerSecond);
  const paceTimer = setInterval(() => {
    if (now?.status === 'SENDING') {
      look();
      paint();
    }
  }, 1000);
  const stop = follow(
    `${path}/events`,
    (campaignNow) => {
      const begins = now?.status !== campaignNow.status;
      now = campaignNow;
      document.title = `${now.name} · Sluice`;
      paint();
      if (begins) {
        if (now.status === 'SENDING') {
          look();
        }
        readErrors().catch(() => {});
        people.reload();
      }
    },
    (up, error) => {
      connected = up;
      problem = error?.message ?? '';
      paint();
    },
  );
  return () => {
    document.title = 'Sluice';
    clearInterval(errorsTimer);
    clearInterval(paceTimer);
    plot?.close();
    stop();
  };
}
