// Who is signed in and what they may do, so that the page offers nothing else; the console decides all the same.
import { html, nothing, render } from './lib.js';
import { confirm } from './dialogs.js';
import { say } from './texts.js';
import { lasting, passing } from './unfinished.js';

/** As without users: whoever reaches the console may do everything. */
let now = { name: null, role: null, rights: ['read', 'manage', 'start', 'operate'], approval: false, session: false };

/** The name of who is signed in, or null where there are no users. */
export const who = () => now.name;

export const may = (right) => now.rights.includes(right);

/** Whether campaigns are started by others than those who wrote them. */
export const needsFourEyes = () => now.approval && now.name !== null;

export const isAuthor = (campaign) => now.name !== null && campaign.authors.includes(now.name);

/** Whether a person wants to lose what this browser keeps: a new campaign, changes of others, or both. */
function mayDiscard() {
  const begun = lasting.has(now.name);
  const changes = passing.has(now.name);
  return (
    !(begun || changes) ||
    confirm({
      title: say(begun ? 'signIn.outTitle' : 'signIn.editsTitle'),
      text: say(begun ? 'signIn.outText' : 'signIn.editsText'),
      extra: begun && changes ? html`<p>${say('signIn.editsText')}</p>` : '',
      action: say('signIn.out'),
      danger: true,
    })
  );
}

/** Whoever uses this browser next finds nothing that was typed. */
async function signOut() {
  if (!(await mayDiscard())) {
    return;
  }
  [lasting, passing].forEach((storage) => storage.clear(now.name));
  await fetch('/api/session', { method: 'DELETE' });
  location.reload();
}

function paint() {
  const bar = document.getElementById('who');
  render(
    now.name === null
      ? nothing
      : html`<span class="quiet" title=${say(`role.${now.role}`)}>${now.name}</span>
          ${now.session ? html`<button id="sign-out" class="small" @click=${signOut}>${say('signIn.out')}</button>` : nothing}`,
    bar,
  );
  document.getElementById('new').hidden = !may('manage');
}

/** Somebody has signed in. */
export function is(someone) {
  const another = someone.name !== now.name;
  now = someone;
  paint();
  if (another) {
    dispatchEvent(new Event('sluice-somebody'));
  }
}
