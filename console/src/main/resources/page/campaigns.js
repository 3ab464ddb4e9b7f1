// All campaigns, live.
import { html, render } from './lib.js';
import { badge, bar, moment, number, settled, share } from './format.js';
import { live } from './live.js';
import { loading, offline, trouble } from './states.js';
import { say } from './texts.js';

const newestFirst = (one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt);

export function campaigns(root) {
  let list = { rows: null };
  let problem = '';
  let connected = true;

  const row = (campaign) => html`
    <li>
      <a class="card campaign" href=${`#/campaigns/${campaign.id}`}>
        <span class="line">
          <strong>${campaign.name}</strong>
          ${badge(campaign.status)}
        </span>
        ${bar(campaign)}
        <span class="line quiet">
          <span>${say('campaigns.done', {
            done: number(settled(campaign)),
            total: number(campaign.total),
            share: share(settled(campaign), campaign.total),
          })}</span>
          <span>${campaign.senderId} · ${
            campaign.status === 'SCHEDULED'
              ? say('campaigns.starts', { time: moment(campaign.scheduledAt) })
              : moment(campaign.startedAt ?? campaign.createdAt)
          }</span>
        </span>
        ${campaign.statusReason ? html`<span class="reason">${campaign.statusReason}</span>` : ''}
      </a>
    </li>
  `;

  const view = () => html`
    <h1>${say('campaigns.title')}</h1>
    ${problem ? trouble(problem) : ''}
    ${connected ? '' : offline()}
    ${
      list.rows === null
        ? loading()
        : list.rows.length === 0
          ? html`<div class="empty">
              <p>${say('campaigns.empty')}</p>
              <a class="button primary" href="#/new">${say('campaigns.first')}</a>
            </div>`
          : html`<ul class="list">${list.rows.map(row)}</ul>
            ${list.more()}`
    }
  `;

  const paint = () => render(view(), root);
  paint();
  list = live('/api/campaigns', newestFirst, paint, (up, error) => {
    connected = up;
    problem = error?.message ?? '';
    paint();
  });
  return list.stop;
}
