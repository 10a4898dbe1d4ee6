import type { ChangingLine } from '../../model/changing-line.ts';
import type { CodeCall, CodeFunction, CodeStatement } from '../../model/script-code.ts';
import type { InScript } from './code-map.ts';
import type { RunCode } from './run-code.ts';

export function lineOf({ script, item }: InScript<CodeStatement>, run: RunCode): ChangingLine {
  const line = baseOf(script, item, item.text.excerpt, run);
  const { first, lines } = item.text;
  return {
    ...line,
    ...(lines.length > 0 ? { context: { first, lines } } : {}),
    ...(item.isAlways ? {} : { isConditional: true }),
    ...(line.runs !== undefined && item.isAlways && run.requests !== null
      ? { perRequest: line.runs / run.requests }
      : {}),
  };
}

export function callLine({ script, item }: InScript<CodeCall>, run: RunCode): ChangingLine {
  return baseOf(script, item, item.excerpt, run);
}

function baseOf(
  script: number,
  { in: within, at }: Pick<CodeCall, 'in' | 'at'>,
  excerpt: ChangingLine['excerpt'],
  { map: code, placeOf }: RunCode,
): ChangingLine {
  const { url, functions } = code.scripts[script]!;
  const name = nameAround(functions, within);
  const place = placeOf(url, at.line0, at.column0, name);
  const runs = functions[within]?.runs;
  return {
    file: place?.file ?? url,
    line: place?.line ?? at.line0 + 1,
    column: place?.column ?? at.column0 + 1,
    function: name,
    package: place?.package ?? null,
    excerpt,
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
