// How far a campaign is: who was reached and answered, step by step, and everybody else beside them.
import { html, nothing } from './lib.js';
import { audience, bar, counts, number, share } from './format.js';
import { say } from './texts.js';

const OTHERS = ['pending', 'failed', 'unconfirmed', 'suppressed'];

/** Cumulative: who has read it has got it, and who has got it was sent to. */
function steps({ sent, delivered, read }) {
  return { sent: sent + delivered + read, delivered: delivered + read, read };
}

const figure = (state, count, of) => html`
  <div class="figure ${state} ${count === 0 ? 'zero' : ''}">
    <dt>${say(`funnel.${state}`)}</dt>
    <dd>${count === null ? '–' : number(count)} ${!count ? nothing : html`<small>${share(count, of)}</small>`}</dd>
  </div>
`;

/** No part of `steps`: who replies need not share read receipts. */
const replied = ({ replied: count, total }) => (count === undefined ? nothing : figure('replied', count, total));

export function funnel(campaign) {
  const all = counts(campaign);
  const reached = steps(all);
  return html`
    <section aria-labelledby="funnel">
      <h2 id="funnel">${say('funnel.title')}
        <small class="quiet">${audience(campaign)}</small></h2>
      ${bar(campaign)}
      <dl class="funnel">${Object.entries(reached).map(([state, count]) => figure(state, count, campaign.total))}
        ${replied(campaign)}</dl>
      <dl class="others" aria-label=${say('funnel.outcomes')}>
        ${OTHERS.map((state) => figure(state, all[state], campaign.total))}
      </dl>
      ${reached.read > 0 ? html`<p class="hint">${say('funnel.readHint')}</p>` : nothing}
    </section>
  `;
}
