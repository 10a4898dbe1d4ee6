import { printable } from '../model/printable.ts';
import { prosePieces } from './prose.ts';

/** Text that is HTML, SVG or XML already. Made by `html` only, so that nothing gets in unescaped. */
export interface Markup {
  readonly markup: string;
}

type Value = Markup | string | number | null | readonly Markup[];

/**
 * A template whose values are escaped: text becomes text, in an element as in a quoted attribute. Names from the
 * profiled program cannot write markup, since there is no other way to put a value in.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, i) => {
    text += markupOf(value) + (strings[i + 1] ?? '');
  });
  return { markup: text };
}

/** Markup that this program itself wrote, as a constant or through another escape. Never for data. */
export function trusted(markup: string): Markup {
  return { markup };
}

export const NOTHING: Markup = { markup: '' };

/** A sentence with its names set as code. */
export function proseMarkup(sentence: string): Markup {
  return html`${prosePieces(sentence).map(({ text, code }) => (code ? html`<code>${text}</code>` : html`${text}`))}`;
}

function markupOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeMarkup(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
