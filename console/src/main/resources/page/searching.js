// Looks for recipients: those of a search come in parts, in which there may be nobody yet.
import { get } from './api.js';

/** Parts that a search goes through by itself; each takes up to a second. */
const PARTS = 10;

/** The recipients after one of them that are wanted. */
export const recipientsAfter = (path, after, wanted) =>
  get(`${path}/recipients?${new URLSearchParams({ after, ...wanted })}`);

/** A part in which nobody is found is followed by the next one, for a while, unless `goesOn` with it ends that. */
export async function untilFound(part, after, goesOn = () => true) {
  let page = await part(after);
  for (let parts = 1; parts < PARTS && page.searched && page.recipients.length === 0 && goesOn(page); parts++) {
    page = await part(page.next);
  }
  return page;
}
