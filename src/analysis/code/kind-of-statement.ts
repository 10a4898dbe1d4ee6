import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { CodeStatement } from '../../model/script-code.ts';

const LISTENS = /^(?:on|once|addListener|prependListener|prependOnceListener|addEventListener)$/;
const STARTS_TIMER = /^(?:setInterval|setTimeout|setImmediate)$/;
const WAITS = /^(?:then|catch|finally|await|Promise\.\w+)$/;

export function listens({ how }: CodeStatement): boolean {
  return LISTENS.test(how);
}

export function startsTimer({ how }: CodeStatement): boolean {
  return STARTS_TIMER.test(how);
}

/** For a promise: its reactions stay until it settles. */
export function waitsFor({ how }: CodeStatement): boolean {
  return WAITS.test(how);
}

/** What leaks where such a statement adds too much. */
export function kindOfStatement(item: CodeStatement): HeapFindingKind {
  if (listens(item)) return 'listener-leak';
  if (startsTimer(item)) return 'timer-leak';
  return waitsFor(item) ? 'promise-leak' : 'js-heap-leak';
}
