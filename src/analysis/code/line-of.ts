import type { ChangingLine } from '../../model/changing-line.ts';
import type { CodeCall, CodeFunction, CodeStatement } from '../../model/script-code.ts';
import type { InScript } from './code-map.ts';
import type { RunCode } from './run-code.ts';

export function lineOf(
  { script, item }: InScript<CodeStatement>,
  { map: code, placeOf, requests }: RunCode,
): ChangingLine {
  const { url, functions } = code.scripts[script]!;
  const inside = functions[item.in];
  const name = nameAround(functions, item.in);
  const place = placeOf(url, item.at.line0, item.at.column0, name);
  const { excerpt, first, lines } = item.text;
  const runs = inside?.runs;
  return {
    file: place?.file ?? url,
    line: place?.line ?? item.at.line0 + 1,
    column: place?.column ?? item.at.column0 + 1,
    function: name,
    package: place?.package ?? null,
    excerpt,
    ...(lines.length > 0 ? { context: { first, lines } } : {}),
    ...(runs === undefined ? {} : { runs }),
    ...(runs !== undefined && item.isAlways && requests !== null ? { perRequest: runs / requests } : {}),
  };
}

export function callLine({ script, item }: InScript<CodeCall>, { map: code, placeOf }: RunCode): ChangingLine {
  const { url, functions } = code.scripts[script]!;
  const inside = functions[item.in];
  const name = nameAround(functions, item.in);
  const place = placeOf(url, item.at.line0, item.at.column0, name);
  const runs = inside?.runs;
  return {
    file: place?.file ?? url,
    line: place?.line ?? item.at.line0 + 1,
    column: place?.column ?? item.at.column0 + 1,
    function: name,
    package: place?.package ?? null,
    excerpt: item.excerpt,
    ...(runs === undefined ? {} : { runs }),
  };
}

/** Of the innermost function around that has one. */
function nameAround(functions: readonly CodeFunction[], id: number): string {
  for (let at = id; at >= 0; ) {
    const { name = '', outer = -1 } = functions[at] ?? {};
    if (name !== '') return name;
    // A run folder may come from elsewhere: outer ones have lower numbers, or none.
    at = outer < at ? outer : -1;
  }
  return '';
}
