import type { ChangingLine } from '../../model/changing-line.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import type { CodeCall } from '../../model/script-code.ts';
import type { ChangingLines } from './changing-lines.ts';
import type { CodeMap, InScript } from './code-map.ts';
import { callLine, lineOf } from './line-of.ts';
import type { RunCode } from './run-code.ts';

/** Methods that end what was opened. */
const ENDS = /^(?:close|destroy|end|terminate|kill|abort|release|dispose)$/;
const MOST_REMOVED = 3;

/**
 * The call in a function that opens something (`spawn`, `connect`, `new Worker`), and what closes it; null if it is not
 * found.
 */
export function openingLines(place: SourcePlace, called: string, run: RunCode): ChangingLines | null {
  const { map: code } = run;
  const at = run.frames.functionOf(place);
  if (at === null) return null;
  const name = called.replace(/^new /, '').split('.').at(-1)!;
  const calls = code.calls().filter(({ script, item }) => script === at.script && item.in === at.id);
  const opening = calls.find(({ item }) => nameOfCallee(code, at.script, item) === name);
  return opening ? { added: [callLine(opening, run)], removed: closersOf(opening, run) } : null;
}

/** `connect` of `net.connect` and of `import { connect }`. */
function nameOfCallee(code: CodeMap, script: number, { callee }: CodeCall): string {
  const path = code.path(script, callee);
  const imported = path === null ? undefined : [...code.origins(path).keys()].find((one) => one.startsWith('package:'));
  return (imported ?? callee).split(' ').at(-1)!.replace(/^\./, '');
}

function closersOf({ script, item }: InScript<CodeCall>, run: RunCode): ChangingLine[] {
  const { map: code } = run;
  const value = code.path(script, item.value);
  return [...code.statements()]
    .filter((one) => {
      const on = one.item.act === 'remove' && ENDS.test(one.item.how) && one.item.on !== null ? one.item.on : null;
      const path = on === null ? null : code.path(one.script, on);
      return path !== null && value !== null && code.origins(path).has(value);
    })
    .slice(0, MOST_REMOVED)
    .map((one) => lineOf(one, run));
}
