import type { DataSet } from '../scenario.ts';

/** A piece of a text that may hold `{{…}}`, as `compileTemplate` understands it. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sequence' | 'uuid' | 'run' | 'now' | 'user' }
  | { readonly kind: 'random'; readonly low: number; readonly high: number }
  | { readonly kind: 'variable'; readonly name: string };

const CALLS: readonly string[] = ['sequence', 'uuid', 'run', 'now', 'user'];

/** The pieces of a text in order; `number(…)` is what is in it. The text was checked when the scenario was read. */
export function templateParts(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{\{(.*?)\}\}/gs)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(partOf((match[1] ?? '').trim()));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** A text of a JSON body that represents a number: it is sent without its quotes. */
export function isNumberTemplate(text: string): boolean {
  return /^\{\{\s*number\([^"}]*\)\s*\}\}$/.test(text);
}

function partOf(expression: string): TemplatePart {
  const inner = /^number\((.*)\)$/s.exec(expression)?.[1];
  if (inner !== undefined) return partOf(inner.trim());
  const random = /^random\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/.exec(expression);
  if (random) return { kind: 'random', low: Number(random[1]), high: Number(random[2]) };
  const call = CALLS.find((name) => name === expression);
  return call ? { kind: call as 'sequence' } : { kind: 'variable', name: expression };
}

/** Which column of which data set `devices.id` or, of a set with one column, `regions` names; null for a captured value. */
export function cellOf(
  name: string,
  sets: readonly DataSet[],
): { readonly set: number; readonly column: number } | null {
  const [setName = '', columnName] = name.split('.', 2);
  const set = sets.findIndex((one) => one.name === setName);
  const column = columnName === undefined ? 0 : (sets[set]?.columns.indexOf(columnName) ?? -1);
  return set < 0 || column < 0 ? null : { set, column };
}
