// The page's frame: which view is shown, by the address after the hash.
import { html, render } from './lib.js';
import { recognize } from './api.js';
import { campaigns } from './campaigns.js';
import { campaign } from './campaign.js';
import { create } from './create.js';
import { edit } from './edit.js';
import { senders } from './senders.js';
import { may } from './session.js';
import { suppressions } from './suppressions.js';
import { trouble } from './states.js';
import { say } from './texts.js';

/** A view for those who write campaigns. */
function writing(view) {
  return (root, ...more) =>
    may('manage') ? view(root, ...more) : render(html`${trouble(say('role.missing'))}`, root);
}

const ROUTES = [
  [/^#?\/?$/, campaigns],
  [/^#\/new$/, writing(create)],
  [/^#\/campaigns\/([0-9a-f-]{36})$/, campaign],
  [/^#\/campaigns\/([0-9a-f-]{36})\/edit$/, writing(edit)],
  [/^#\/senders$/, senders],
  [/^#\/suppressions$/, suppressions],
];

const lost = (root) => {
  render(html`<h1>${say('nothingHere')}</h1><p><a href="#/">${say('allCampaigns')}</a></p>`, root);
};

let leave = new AbortController();
let first = true;

function open() {
  const hash = location.hash;
  if (hash === '#main') {
    return;
  }
  leave.abort();
  leave = new AbortController();
  const main = document.getElementById('main');
  // A fresh element for each view: what an old one renders late goes nowhere.
  const root = document.createElement('div');
  main.replaceChildren(root);
  const [pattern, view] = ROUTES.find(([some]) => some.test(hash)) ?? [/^/, lost];
  view(root, leave.signal, ...(hash.match(pattern) ?? []).slice(1));
  for (const link of document.querySelectorAll('nav a')) {
    const here = link.getAttribute('href') === (hash || '#/');
    here ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }
  if (!first) {
    main.focus();
  }
  first = false;
}

for (const element of document.querySelectorAll('[data-say]')) {
  element.textContent = say(element.dataset.say);
}
document.querySelector('nav').setAttribute('aria-label', say('nav.main'));

addEventListener('hashchange', open);
// A link to where one is already begins the view anew.
addEventListener('click', (event) => {
  if (event.target.closest?.('a')?.getAttribute('href') === location.hash) {
    open();
  }
});
await recognize();
open();
// What one person began to do is not the next one's.
addEventListener('sluice-somebody', open);
