// One campaign: where it stands, how fast it goes, what failed, who gets it, and its commands.
import { html, render, nothing } from './lib.js';
import { follow, get, post } from './api.js';
import { chart, Pace } from './chart.js';
import { confirm, note } from './dialogs.js';
import { badge, bar, counts, duration, moment, number, rate, share } from './format.js';
import { acceptMissing, importer } from './importer.js';
import { variables } from './placeholders.js';
import { recipients } from './recipients.js';

const FIGURES = ['pending', 'sent', 'delivered', 'read', 'failed', 'unconfirmed', 'suppressed'];
const OPEN = ['DRAFT', 'SCHEDULED'];

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
      note(`${name} is on its way`);
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

  async function startAnyway(missing) {
    const lacking = Object.entries(missing.variables).map(([name, people]) => `${name} (${number(people)} lack it)`);
    const without = `${missing.partial ? 'at least ' : ''}${number(missing.recipients)}`;
    if (await acceptMissing(lacking, `Start without ${without} of ${number(now.total)}`)) {
      await command('start', '?acceptMissing=true');
    }
  }

  async function cancel() {
    const yes = await confirm({
      title: 'Cancel this campaign?',
      text: `${number(counts(now).pending)} people have not been sent to and will get nothing. This cannot be undone.`,
      action: 'Cancel the campaign',
      danger: true,
    });
    if (yes) {
      await command('cancel');
    }
  }

  async function resend() {
    let unconfirmed = false;
    const yes = await confirm({
      title: 'Send once more?',
      text: `To the ${number(now.counts.failed)} people for whom it failed, in a new round.`,
      action: 'Send once more',
      extra: now.counts.unconfirmed
        ? html`<label class="check">
            <input type="checkbox" @change=${(event) => (unconfirmed = event.target.checked)}>
            <span>Also to the ${number(now.counts.unconfirmed)} unconfirmed.
              <strong>Some of them may get it twice.</strong></span></label>`
        : '',
    });
    if (yes) {
      const statuses = [now.counts.failed > 0 && 'FAILED', unconfirmed && 'UNCONFIRMED'].filter(Boolean);
      await command('resend', `?${statuses.map((status) => `status=${status}`).join('&')}`);
    }
  }

  const button = (name, text, action, kind = '') =>
    html`<button id=${name} class=${kind} ?disabled=${busy} @click=${action}>${text}</button>`;

  function commands() {
    const may = {
      DRAFT: ['start', 'cancel'],
      SCHEDULED: ['cancel'],
      SENDING: ['pause', 'cancel'],
      PAUSED: ['resume', 'cancel'],
      COMPLETED: now.counts.failed + now.counts.unconfirmed > 0 ? ['resend'] : [],
      CANCELLED: [],
    }[now.status];
    const buttons = {
      start: () => button('start', 'Start', () => command('start'), 'primary'),
      pause: () => button('pause', 'Pause', () => command('pause')),
      resume: () => button('resume', 'Resume', () => command('resume'), 'primary'),
      cancel: () => button('cancel', 'Cancel …', cancel, 'danger'),
      resend: () => button('resend', 'Send once more …', resend),
    };
    return may.map((name) => buttons[name]());
  }

  const figure = (state) => html`
    <div class="figure ${state}">
      <dt>${state}</dt>
      <dd>${number(counts(now)[state])} <small>${share(counts(now)[state], now.total)}</small></dd>
    </div>
  `;

  function speed() {
    if (!now.startedAt) {
      return nothing;
    }
    const running = now.status === 'SENDING';
    const current = running ? (now.perSecond ?? null) : 0;
    const left = counts(now).pending;
    const took = (new Date(now.completedAt) - new Date(now.startedAt)) / 1000;
    return html`
      <section aria-labelledby="speed">
        <h2 id="speed">Pace</h2>
        <p class="line">
          ${
            now.completedAt
              ? html`<span>Took <strong>${duration(took)}</strong></span>`
              : html`<span><strong>${current === null ? '…' : rate(current)}</strong> of
                    ${rate(now.permittedPerSecond)} messages/s permitted</span>
                  <span>${
                    running && left > 0 && current
                      ? html`about <strong>${duration(left / current)}</strong> left`
                      : nothing
                  }</span>`
          }
        </p>
        ${
          pace.times.length > 1
            ? html`<div id="chart" role="img" aria-label="Messages sent a second, over time, and the permitted rate"></div>`
            : nothing
        }
      </section>
    `;
  }

  const failures = () =>
    errors.length === 0
      ? nothing
      : html`<section aria-labelledby="errors">
          <h2 id="errors">What went wrong</h2>
          <div class="scroll" tabindex="0" role="region" aria-labelledby="errors">
            <table>
              <thead><tr><th>People</th><th>What it means</th><th>Code</th></tr></thead>
              <tbody>${errors.map(
                (error) => html`<tr>
                  <td class="count">${number(error.count)}</td>
                  <td>${error.words}
                    ${error.detail ? html`<small class="quiet">${error.detail}</small>` : nothing}</td>
                  <td><code>${error.code ?? '–'}</code></td></tr>`,
              )}</tbody>
            </table>
          </div>
        </section>`;

  const details = () => html`
    <section aria-labelledby="details">
      <h2 id="details">Details</h2>
      <dl class="pairs">
        <div><dt>Sender</dt><dd>${now.senderId}</dd></div>
        <div><dt>Round</dt><dd>${now.round}</dd></div>
        <div><dt>Priority</dt><dd>${now.priority}</dd></div>
        <div><dt>Created</dt><dd>${moment(now.createdAt)}</dd></div>
        <div><dt>Scheduled</dt><dd>${moment(now.scheduledAt)}</dd></div>
        <div><dt>Started</dt><dd>${moment(now.startedAt)}</dd></div>
        <div><dt>Ended</dt><dd>${moment(now.completedAt)}</dd></div>
        <div><dt>Sends between</dt><dd>${
          now.windowStart ? `${now.windowStart.slice(0, 5)} and ${now.windowEnd.slice(0, 5)}, ${now.timeZone}` : 'any hour'
        }</dd></div>
      </dl>
      <details><summary>Message</summary><pre tabindex="0">${JSON.stringify(now.message, null, 2)}</pre></details>
    </section>
  `;

  const view = () =>
    now === null
      ? html`<p class="crumb"><a href="#/">Campaigns</a></p>
          <h1>Campaign</h1>
          ${problem ? html`<p class="problem" role="alert">${problem}</p>` : html`<p class="quiet">Loading …</p>`}`
      : html`
          <p class="crumb"><a href="#/">Campaigns</a></p>
          <div class="line title">
            <h1>${now.name}</h1> ${badge(now.status)}
            <div class="actions">${commands()}</div>
          </div>
          ${now.statusReason ? html`<p class="reason">${now.statusReason}</p>` : nothing}
          ${connected ? nothing : html`<p class="reason">Not connected; trying again …</p>`}
          <section aria-label="Progress">
            ${bar(now)}
            <dl class="figures">${FIGURES.map(figure)}</dl>
          </section>
          ${OPEN.includes(now.status) ? upload.view() : nothing}
          ${speed()} ${failures()} ${people.view()} ${details()}
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
