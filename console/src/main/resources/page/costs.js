// What a campaign would cost, by the prices that the console knows.
import { html, nothing } from './lib.js';
import { country, number, price, sum } from './format.js';
import { say, sayOr } from './texts.js';

const NAMED = 3;

const categoryWords = (category) =>
  category ? sayOr(`template.category.${category.toUpperCase()}`, category) : say('review.noCategory');

function total({ amount, currency, category, recipients, partial }) {
  const values = { amount: sum(amount, currency), category: categoryWords(category), count: number(recipients) };
  return say(partial ? 'review.costPart' : 'review.costAll', values, recipients);
}

/** The countries with most of them. */
function byCountry({ countries, currency }) {
  const priced = countries.filter((one) => one.price);
  const named = priced
    .slice(0, NAMED)
    .map((one) => `${country(one.country)} ${number(one.recipients)} × ${price(one.price, currency)}`);
  const more = priced.slice(NAMED).reduce((people, one) => people + one.recipients, 0);
  return [...named, ...(more ? [say('file.more', { count: number(more) })] : [])].join(' · ');
}

function unknown({ recipients, countries }) {
  const where = say('review.countries', { count: number(countries) }, countries);
  return say('review.unpriced', { count: number(recipients), countries: where }, recipients);
}

export function costs(cost) {
  const { category, unpriced, recipients } = cost;
  return [
    unpriced.recipients < recipients ? html`${total(cost)}<br><small class="quiet">${byCountry(cost)}</small>` : nothing,
    unpriced.recipients
      ? html`<div>${unknown(unpriced)}${category ? nothing : html` (${categoryWords(category)})`}</div>`
      : nothing,
  ];
}
