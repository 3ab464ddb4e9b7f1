// A campaign that has not started, changed: message, when, review. Its people are added on its own page.
import { html, render, nothing } from './lib.js';
import { get, patch } from './api.js';
import { changed, draftOf, edits } from './draft.js';
import { audience } from './format.js';
import { orWithout } from './missing.js';
import { reviewed } from './review.js';
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
    const mine = edits(id);
    let found = Object.keys(mine.kept() ?? {}).length > 0;
    const discard = () => {
      mine.forget();
      found = false;
      form.begin(begun);
    };
    const form = wizard(root, left, {
      crumb: html`<p class="crumb"><a href=${there}>${campaign.name}</a></p>`,
      title: say('edit.title', campaign),
      steps: ['message', 'when', 'review'],
      draft: { ...begun, ...mine.kept() },
      people: () => people,
      total: () => campaign.total,
      known: () => ({ words: audience(campaign) }),
      keep: (draft) => mine.keep(begun, draft),
      before: () =>
        found
          ? html`<p class="reason">${say('edit.kept')}
              <button type="button" @click=${discard}>${say('edit.discard')}</button></p>`
          : nothing,
      localTimeFixed: campaign.total !== 0 && !campaign.localTime,
      zoneFixed: campaign.total !== 0 && Boolean(campaign.localTime),
      after: () => nothing,
      mayLeave: async () => true,
      last: () => say('save'),
      submit: async (draft) => {
        const changes = changed(opened, wishOf(draft));
        // Others may have given it a time since, or people.
        const now = await get(path);
        const held = now.status === 'SCHEDULED' ? now.scheduledAt : null;
        const scheduledAt = 'scheduledAt' in changes ? changes.scheduledAt : held;
        const save = (query, { total }) =>
          orWithout((all) => patch(`${path}?${all}`, changes), 'campaign.scheduleWithout', total, left, query);
        // Nobody is asked when it starts by itself. Who may not set a time puts it back to draft.
        const asks = scheduledAt && Object.keys(changes).length && !needsFourEyes();
        const after = { ...now, ...changes, senderId: changes.sender ?? now.senderId, scheduledAt };
        if (!(await (asks ? reviewed(path, after, left, save, { changes }) : save('', now)))) {
          return null;
        }
        mine.forget();
        return there;
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
