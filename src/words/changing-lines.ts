import type { ChangingLine } from '../model/changing-line.ts';
import { formatPlace } from './place.ts';
import { code } from './terms.ts';

/** ``lib/quota.js:14:5` `entries.push(entry)` in `record` ``. */
export function lineText(line: ChangingLine): string {
  const excerpt = line.excerpt === null ? '' : ` ${code(line.excerpt.replace(/;$/, ''))}`;
  return `${code(formatPlace(line))}${excerpt}${line.function === '' ? '' : ` in ${code(line.function)}`}`;
}

/** Without the column and the function. */
export function shortLineText({ excerpt, ...line }: ChangingLine): string {
  return `${code(formatPlace({ ...line, column: 0 }))}${excerpt === null ? '' : ` ${code(excerpt.replace(/;$/, ''))}`}`;
}

/** Where it is added: the service's own statement, then that of the package which it calls. */
export function addedText(added: readonly ChangingLine[]): string | null {
  const [first, ...more] = added;
  if (!first) return null;
  const inPackage = more.find(({ package: owner }) => owner !== null);
  const other = first.package === null && inPackage ? `, which leads to ${lineText(inPackage)}` : '';
  return `added at ${lineText(first)}${often(first)}${byRequests(first)}${other}`;
}

const SHOWN = 2;

/** Where it could be removed, and whether that was run. */
export function removedText(removed: readonly ChangingLine[]): string {
  if (removed.length === 0) return 'removed: nowhere';
  const shown = removed.slice(0, SHOWN).map((line) => `${lineText(line)}${didNotRun(line)}`);
  const left = removed.length - shown.length;
  return `removed at ${shown.join(', ')}${left === 0 ? '' : `, and ${left} more`}`;
}

/** A few seconds give whole numbers per request only approximately. */
const NEARLY = 0.12;

function often({ perRequest }: ChangingLine): string {
  if (perRequest === undefined || perRequest === 0) return '';
  const whole = Math.round(perRequest);
  if (whole > 0 && Math.abs(perRequest - whole) <= NEARLY * whole)
    return `, ${whole === 1 ? 'once' : `${whole} times`} per request`;
  return `, ${perRequest >= 10 ? perRequest.toFixed(0) : perRequest.toFixed(2)} times per request`;
}

const THAT_END = { failed: ' that fail', aborted: ' that are aborted' } as const;

function byRequests({ route, outcome }: ChangingLine): string {
  if (route === undefined) return '';
  return `, by ${code(route)} requests${outcome ? THAT_END[outcome] : ''}`;
}

function didNotRun({ runs }: ChangingLine): string {
  return runs === 0 ? ': did not run while calls were counted' : '';
}
