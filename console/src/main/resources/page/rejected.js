// What of a file was taken and what was not, and why.
import { html, nothing } from './lib.js';
import { rejectedLines } from './api.js';
import { note } from './dialogs.js';
import { number } from './format.js';
import { rowWords } from './rowreasons.js';
import { language, parts, say } from './texts.js';

/** Offers text as a file to keep. */
export function save(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function saveRejected(file, query) {
  try {
    save('rejected.csv', await rejectedLines(file, new URLSearchParams([...query, ['language', language]])));
  } catch (error) {
    note(error.message, 'bad');
  }
}

/** The first lines of a file that were not taken, and all of them to be kept. */
export const rejections = (result, file, query) =>
  result.rejected.length === 0
    ? nothing
    : html`<ul>${result.rejected
          .slice(0, 10)
          .map((row) => html`<li>${say('file.line', { ...row, reason: rowWords(row.reason) })}</li>`)}</ul>
        <button type="button" @click=${() => saveRejected(file, query)}>${say('file.rejected')}</button>`;

/** What came of an import, in short. */
export const outcome = ({ accepted, duplicates, rejectedCount }) =>
  say('file.added', { accepted: number(accepted), duplicates: number(duplicates), rejected: number(rejectedCount) });

/** What came of an import, with what was not taken. */
export const report = (result, refused) => html`
  <div class="report" role="status">
    <p>${parts('file.report', {
      accepted: html`<strong>${number(result.accepted)}</strong>`,
      duplicates: html`<strong>${number(result.duplicates)}</strong>`,
      rejected: html`<strong>${number(result.rejectedCount)}</strong>`,
    })}</p>
    ${refused}
  </div>
`;
