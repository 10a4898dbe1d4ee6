import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

/** The terms of sale, put together from their parts. */
export function renderTerms(country) {
  const parts = readdirSync(FOLDER)
    .map((part) => join(FOLDER, part))
    .filter((file) => statSync(file).isFile());
  return `Terms for ${country}\n${parts.map((file) => readFileSync(file, 'utf8')).join('\n')}`;
}

/** Reads them once; what differs by country is put in each time. */
export class TermsOfSale {
  #text = renderTerms('{country}');

  for(country) {
    return this.#text.replace('{country}', country);
  }
}
