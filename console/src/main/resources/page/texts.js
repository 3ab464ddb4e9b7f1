// The page's words in the reader's language; texts/ holds one file a language, all with the same keys, and texts/codes/
// what error codes mean, for which the console has the English words itself.
const LANGUAGES = ['en', 'pt-BR', 'de'];

const base = (language) => language.split('-')[0];
const supported = (wanted) =>
  LANGUAGES.find((one) => one === wanted) ?? LANGUAGES.find((one) => base(one) === base(wanted));

export const language = navigator.languages.map(supported).find(Boolean) ?? 'en';

const { default: texts } = await import(`./texts/${language}.json`, { with: { type: 'json' } });
const plural = new Intl.PluralRules(language);

document.documentElement.lang = language;

/** Splits at {name}: every second part is a name. */
const split = (text) => text.split(/\{(\w+)\}/);

function pattern(key, count) {
  const text = texts[key];
  if (text === undefined) {
    throw new Error(`no text for ${key}`);
  }
  return typeof text === 'string' ? text : (text[plural.select(count)] ?? text.other);
}

/**
 * The parts of a text with the values filled in, to be rendered: values may be templates. `count`
 * chooses the plural form where there are several.
 */
export const parts = (key, values = {}, count = 0) =>
  split(pattern(key, count)).map((part, i) => (i % 2 ? values[part] : part));

/** A text with the values filled in. */
export const say = (key, values, count) => parts(key, values, count).join('');

/** A text that depends on a value from the API, which may be newer than the page. */
export const sayOr = (key, otherwise) => (key in texts ? say(key) : otherwise);
