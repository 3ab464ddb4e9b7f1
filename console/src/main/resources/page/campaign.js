// One campaign: where it stands, how fast it goes, what failed, who gets it, and its commands.
import { html, render, nothing } from './lib.js';
import { follow, get, patch, post } from './api.js';
import { anyone } from './anyone.js';
import { archive, duplicate, startTime } from './changes.js';
import { chart, Pace } from './chart.js';
import { confirm, note } from './dialogs.js';
import { exportLink } from './exports.js';
import { doubt, failures } from './failures.js';
import { badge, counts, duration, moment, number, rate } from './format.js';
import { funnel } from './funnel.js';
import { importer } from './importer.js';
import { orWithout } from './missing.js';
import { mustBeFilled, variables } from './placeholders.js';
import { preview, templatesFor } from './preview.js';
import { reasonWords } from './reasons.js';
import { recipients } from './recipients.js';
import { replies } from './replies.js';
import { mayResend, resendAll, resendReason, resendSelected } from './resend.js';
import { hours, local, review, reviewed } from './review.js';
import { isAuthor, may, needsFourEyes } from './session.js';
import { loading, offline, trouble } from './states.js';
import { suppressReason } from './suppressfailed.js';
import { testSend } from './testsend.js';
import { parts, say } from './texts.js';

const OPEN = ['DRAFT', 'SCHEDULED'];
const ARCHIVABLE = ['DRAFT', 'COMPLETED', 'CANCELLED'];
const TOLD = {
  start: 'campaign.started',
  pause: 'campaign.paused',
  resume: 'campaign.resumed',
  cancel: 'campaign.cancelled',
  resend: 'campaign.resent',
};

export function campaign(root, left, id) {
  const path = `/api/campaigns/${id}`;
  const pace = new Pace();
  let now = null;
  let errors = [];
  let problem = '';
  let connected = true;
  let plot = null;
  let errorsOf = '';
  let templates = [];
  let templatesOf = '';
  let reading = false;
  let busy = false;

  const people = recipients(path, () => paint(), left);
  const answers = replies(path, () => paint());
  const someone = anyone(path, () => paint());
  const upload = importer(
    path,
    {
      wanted: () => variables(now.message),
      filled: () => mustBeFilled(now.message),
      zoned: () => Boolean(now.localTime),
    },
    () => readPeople(),
    left,
  );

  function readPeople() {
    people.reload();
    someone.again();
  }

  const trial = testSend({
    campaign: async () => id,
    names: () => variables(now.message),
    values: () => someone.one()?.variables ?? {},
    paint: () => paint(),
    left,
  });

  /** Does something, questions included, while nothing else can be begun. */
  const alone = (act) => async () => {
    const from = document.activeElement;
    busy = true;
    paint();
    try {
      await act();
    } catch (error) {
      note(error.message, 'bad');
    }
    busy = false;
    paint();
    // A button that is disabled meanwhile loses the focus.
    if (root.isConnected && document.activeElement === document.body) {
      from.focus();
    }
  };

  /** Does something and says so; where variables are missing, `anyway` asks whether to go on without. */
  async function perform(act, told, anyway, { query = '', total = now.total } = {}) {
    if (await orWithout(act, anyway, total, left, query)) {
      note(told());
    }
  }

  const command = (name, { query, body, total } = {}) =>
    perform(
      (all) => post(`${path}/${name}?${all}`, body),
      () => say(TOLD[name]),
      'campaign.startWithout',
      { query, total },
    );

  const start = () =>
    reviewed(path, { ...now, scheduledAt: null }, left, (query, { total }) => command('start', { query, total }));

  async function resume() {
    if (await review(path, { ...now, scheduledAt: null }, left, { question: 'resumed' })) {
      await command('resume');
    }
  }

  const change = (values, told, asked) =>
    perform((all) => patch(`${path}?${all}`, values), told, 'campaign.scheduleWithout', asked);

  async function schedule() {
    const scheduledAt = await startTime(now);
    const told = () => say('campaign.scheduledFor', { time: moment(scheduledAt) });
    if (scheduledAt) {
      await reviewed(path, { ...now, scheduledAt }, left, (query, { total }) =>
        change({ scheduledAt }, told, { query, total }),
      );
    }
  }

  async function putAway() {
    if (await archive()) {
      await perform(
        () => post(`${path}/archive`),
        () => say('archive.done'),
      );
    }
  }

  async function cancel() {
    const { pending } = counts(now);
    const yes = await confirm({
      title: say('cancel.title'),
      text: pending === null ? say('cancel.everybody') : say('cancel.text', { count: number(pending) }, pending),
      action: say('cancel.action'),
      danger: true,
    });
    if (yes) {
      await command('cancel');
    }
  }

  const resend = (ask) => async () => {
    const wish = await ask();
    if (wish) {
      await command('resend', wish);
    }
  };

  const button = (name, action, kind = '') =>
    html`<button id=${name} class=${kind} ?disabled=${busy} @click=${alone(action)}>${say(`campaign.${name}`)}</button>`;

  function commands() {
    const buttons = {
      start: () => button('start', start, 'primary'),
      pause: () => button('pause', () => command('pause')),
      resume: () => button('resume', resume, 'primary'),
      cancel: () => button('cancel', cancel, 'danger'),
      resend: () => button('resend', resend(() => resendAll(path, now, left))),
    };
    if (!may('manage')) {
      return now.status === 'DRAFT' && mayStart() ? buttons.start() : nothing;
    }
    const sensible = {
      DRAFT: mayStart() ? ['start'] : [],
      SCHEDULED: ['cancel'],
      SENDING: ['pause', 'cancel'],
      PAUSED: ['resume', 'cancel'],
      COMPLETED: mayResend(now) ? ['resend'] : [],
      CANCELLED: [],
    }[now.status];
    return sensible.map((name) => buttons[name]());
  }

  const mayStart = () => may('start') && !(needsFourEyes() && isAuthor(now));

  /** Why a campaign that could be started cannot be by this person. */
  const others = () =>
    !needsFourEyes() || now.status !== 'DRAFT' || mayStart()
      ? nothing
      : html`<p class="reason told">${say(may('start') ? 'approval.own' : 'approval.right')}</p>`;

  const tool = (name, action) => html`<button id=${name} class="small" ?disabled=${busy} @click=${action}>${say(`campaign.${name}`)}</button>`;

  function tools() {
    const writes = may('manage');
    const open = writes && OPEN.includes(now.status);
    return html`
      <div class="line tools" role="group" aria-label=${say('campaign.tools')}>
        ${open ? html`<a class="button small" id="edit" href=${`#/campaigns/${id}/edit`}>${say('campaign.edit')}</a>` : nothing}
        ${open && mayStart() ? tool(now.status === 'DRAFT' ? 'schedule' : 'reschedule', alone(schedule)) : nothing}
        ${open && now.status === 'SCHEDULED' && mayStart() ? tool('toDraft', alone(() => change({ scheduledAt: null }, () => say('campaign.isDraft')))) : nothing}
        ${writes ? tool('duplicate', () => duplicate(path, now)) : nothing}
        ${writes && ARCHIVABLE.includes(now.status) && !now.archivedAt ? tool('archive', alone(putAway)) : nothing}
        ${exportLink(path, say('campaign.export'), { kind: 'button small' })}
      </div>
    `;
  }

  /** The statuses that somebody has. */
  const statuses = () =>
    Object.entries(counts(now))
      .filter(([, count]) => count > 0)
      .map(([state]) => state.toUpperCase());

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
        ${pace.drawable() ? html`<div id="chart" role="img" aria-label=${say('pace.chart')}></div>` : nothing}
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
        ${now.localTime ? pair('details.localTime', local(now)) : nothing}
        ${now.round > 1 ? pair('details.round', number(now.round - 1)) : nothing}
        ${now.authors.length ? pair('details.authors', now.authors.join(', ')) : nothing}
        ${now.approvedBy ? pair('details.approvedBy', now.approvedBy) : nothing}
        ${now.priority === 1 ? nothing : pair('details.priority', number(now.priority))}
      </dl>
      <div class="preview">${someone.view((one) => preview(now.message, one?.variables ?? null, templates), now.total)}</div>
      <details><summary>${say('campaign.message')}</summary>
        <pre tabindex="0">${JSON.stringify(now.message, null, 2)}</pre></details>
    </section>
  `;

  const each = (act) => (error) => !busy && alone(() => act(error))();
  const mayResendReasons = () =>
    may('manage') && mayResend(now) ? each((error) => resend(() => resendReason(path, now, error, left))()) : null;
  const mayResendSelected = () =>
    may('manage') && mayResend(now) ? each((rows) => resend(() => resendSelected(path, now, rows, left))()) : null;
  // While it sends, more would fail than the question says.
  const maySuppress = () => (may('manage') && now.status !== 'SENDING' ? each((error) => suppressReason(path, error, left)) : null);

  const mayAdd = () => may('manage') && OPEN.includes(now.status) && !now.archivedAt;

  const crumb = html`<p class="crumb"><a href="#/">${say('campaigns.title')}</a></p>`;

  const view = () =>
    now === null
      ? html`${crumb}
          <h1>${say('campaign.title')}</h1>
          ${problem ? trouble(problem) : loading()}`
      : html`${crumb}
          <div class="line title">
            <h1 tabindex="-1">${now.name}</h1> ${badge(now.status)}
            <div class="actions">${commands()}</div>
          </div>
          ${tools()} ${others()}
          ${now.archivedAt ? html`<p class="reason told">${say('campaign.archived', { time: moment(now.archivedAt) })}</p>` : nothing}
          ${now.status === 'SCHEDULED' ? html`<p class="reason told">${say('campaign.scheduledFor', { time: moment(now.scheduledAt) })}</p>` : nothing}
          ${now.statusReason ? html`<p class="reason">${reasonWords(now.statusReason)}</p>` : nothing}
          ${now.nextZone ? html`<p class="reason told">${say('campaign.nextZone', { zone: now.nextZone.timeZone, time: moment(now.nextZone.at) })}</p>` : nothing}
          ${connected ? nothing : offline()}
          ${may('manage') && OPEN.includes(now.status) ? html`${mayAdd() ? upload.view() : nothing} ${trial.view()}` : nothing}
          ${funnel(now)} ${speed()} ${doubt(counts(now).unconfirmed)} 
          ${failures(path, errors, { resend: mayResendReasons(), suppress: maySuppress() })}
          ${answers.view(now)} ${details()} ${people.view(statuses(), now, mayResendSelected(), mayAdd())}
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

  /** Once, and again when it becomes another sender's. */
  async function readTemplates() {
    if (now.message.type !== 'template' || templatesOf === now.senderId) {
      return;
    }
    templatesOf = now.senderId;
    templates = await templatesFor(now.senderId, now.message);
    paint();
  }

  async function readErrors() {
    const { status, round, counts: { failed, unconfirmed, suppressed } } = now;
    const state = [status, round, failed, unconfirmed, suppressed].join();
    if (reading || state === errorsOf) {
      return;
    }
    reading = true;
    try {
      errors = failed + unconfirmed + suppressed === 0 ? [] : await get(`${path}/errors`);
      // The answer may be some seconds old: it is asked for again until it tells of everybody.
      const told = (of) => errors.reduce((sum, one) => sum + (one.status === of ? one.count : 0), 0);
      errorsOf =
        told('FAILED') === failed && told('UNCONFIRMED') === unconfirmed && told('SUPPRESSED') === suppressed
          ? state
          : '';
    } finally {
      reading = false;
    }
    paint();
  }

  paint();
  get(`${path}/pace`)
    .then((known) => {
      pace.before(known);
      paint();
    })
    // The chart begins with what is sent from now on.
    .catch(() => {});
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
      // A short round begins and ends between two looks.
      const begins = now?.status !== campaignNow.status || now.round !== campaignNow.round;
      now = campaignNow;
      answers.follow(now);
      readTemplates();
      document.title = `${now.name} · Sluice`;
      const inside = root.contains(document.activeElement);
      paint();
      // A button that had the focus may have gone with the state in which it made sense.
      if (inside && !root.contains(document.activeElement)) {
        root.querySelector('h1').focus();
      }
      if (begins) {
        if (now.status === 'SENDING') {
          look();
        }
        readErrors().catch(() => {});
        readPeople();
      }
    },
    (up, error) => {
      connected = up;
      problem = error?.message ?? '';
      paint();
    },
  );
  left.addEventListener('abort', () => {
    document.title = 'Sluice';
    clearInterval(errorsTimer);
    clearInterval(paceTimer);
    plot?.close();
    stop();
  });
}
