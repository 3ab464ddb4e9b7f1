// A campaign that has not started, changed: message, when, review. Its people are added on its own page.
import { html, render, nothing } from './lib.js';
import { get, patch } from './api.js';
import { changed, draftOf } from './draft.js';
import { audience } from './format.js';
import { orWithout } from './missing.js';
import { review } from './review.js';
import { needsFourEyes } from './session.js';
import { loading } from './states.js';
import { say } from './texts.js';
import { refused, wishOf, wizard } from './wizard.js';

const OPEN = ['DRAFT', 'SCHEDULED'];

export function edit(root, left, id) {
  const path = `/api/campaigns/${id}`;
  const there = `#/campaigns/${id}`;

  function write(campaign, people, templates) {
    const begun = draftOf(campaign, templates);
    const opened = wishOf(begun);
    wizard(root, left, {
      crumb: html`<p class="crumb"><a href=${there}>${campaign.name}</a></p>`,
      title: say('edit.title', campaign),
      steps: ['message', 'when', 'review'],
      draft: begun,
      people: () => people,
      known: () => ({
        people: campaign.total,
        words: audience(campaign),
      }),
      keep: () => {},
      before: () => nothing,
      after: () => nothing,
      mayLeave: async () => true,
      last: () => say('save'),
      submit: async (draft) => {
        const wish = wishOf(draft);
        const changes = changed(opened, wish);
        // Nobody is asked when it starts by itself. Who may not set a time puts it back to draft.
        if (wish.scheduledAt && Object.keys(changes).length && !needsFourEyes()) {
          const { sender: senderId, ...rest } = wish;
          if (!(await review(path, { ...campaign, ...rest, senderId }, left, { changes }))) {
            return null;
          }
        }
        const done = await orWithout(
          (query) => patch(`${path}?${query}`, changes),
          'campaign.scheduleWithout',
          campaign.total,
          left,
        );
        return done ? there : null;
      },
    });
  }

  async function begin() {
    const [campaign, page] = await Promise.all([get(path), get(`${path}/recipients?after=0`)]);
    const templates =
      campaign.message.type === 'template'
        ? await get(`/api/senders/${encodeURIComponent(campaign.senderId)}/templates`).catch(() => [])
        : [];
    if (left.aborted) {
      return;
    }
    OPEN.includes(campaign.status)
      ? write(campaign, page.recipients, templates)
      : refused(root, campaign.name, say('edit.fixed'));
  }

  render(loading(), root);
  begin().catch((error) => refused(root, say('campaign.title'), error.message));
}
