// A campaign's recipients as CSV, by links: the browser streams the file to disk, whatever its size.
import { html, nothing } from './lib.js';
import { download, signedIn } from './api.js';
import { note } from './dialogs.js';
import { save } from './rejected.js';
import { language } from './texts.js';

/** Without a byte order mark it shows João as JoÃ£o. */
export const FOR_EXCEL = { bom: 'true' };

/** A link cannot carry the token; with one, the file is fetched and then kept. */
const fetched = (url) => async (event) => {
  if (!signedIn()) {
    return;
  }
  event.preventDefault();
  try {
    save('campaign.csv', await download(url, 'text/csv'));
  } catch (error) {
    note(error.message, 'bad');
  }
};

/** A link to those of a campaign who have this status and reason, or to all of them. */
export function exportLink(path, text, { wanted = {}, kind = '', label = nothing } = {}) {
  const url = `${path}/export?${new URLSearchParams({ ...wanted, language, ...FOR_EXCEL })}`;
  return html`<a class=${kind} href=${url} download aria-label=${label} @click=${fetched(url)}>${text}</a>`;
}
