// Sentences of the services, said in the reader's language.
import { say } from './texts.js';

/** One of several, as the services list them: quoted or numbers, as a name may have an "or" in it. */
export const either = (names) => names.replaceAll(/("[^"]*"|\+\d+) or /g, (_, one) => one + say('row.or'));

/**
 * The text of the first of these sentences that this is, with what is found in it said as `values` tell; null if it is
 * none of them.
 */
export function said(sentences, text, values = {}) {
  for (const [key, sentence] of sentences) {
    const found = sentence.exec(text);
    if (found) {
      const filled = Object.entries(found.groups ?? {}).map(([name, value]) => [name, values[name]?.(value) ?? value]);
      return say(key, Object.fromEntries(filled));
    }
  }
  return null;
}
