import type { ChangingLine } from '../model/changing-line.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import { advise, checkOf } from './advice.ts';
import { lineText, shortLineText } from './changing-lines.ts';
import { code, plural } from './terms.ts';

export interface CaseAdvice {
  readonly kind: FindingKind;
  /** As it continues a sentence: ``Map `pending` of module queue.js``. */
  readonly holder: string;
  /** What accumulates, quoted. */
  readonly subject: string;
  readonly added: readonly ChangingLine[];
  readonly removed: readonly ChangingLine[];
  /** A bound that exists and does not hold; a sentence. */
  readonly brokenBound: string | null;
  /** Of what holds them: `FinalizationRegistry`. */
  readonly holderClass?: string;
  /** One text that is appended to. */
  readonly isText?: boolean;
  /** If Node itself holds what accumulates: the class of the handle. */
  readonly handle?: string;
}

/** What to change where the statements are known; null if they are not: then the advice for the kind is all there is. */
export function caseAdvice(about: CaseAdvice): string | null {
  const [first] = about.added;
  if (!first || isOfNode(first)) return null;
  const parts = [addition(about, first), about.brokenBound, removal(about)].filter((part) => part !== null);
  return advise(parts.join(' '), checkOf(about.kind));
}

/** Nothing inside Node is a place to change. */
function isOfNode({ file }: ChangingLine): boolean {
  return file.startsWith('node:');
}

/** Packages that keep a time series for each set of label values. */
const OF_METRICS =
  /^(?:prom-client|@opentelemetry\/sdk-metrics|hot-shots|appmetrics-prometheus|@willsoto\/nestjs-prometheus)@/;

const OF_REGISTRY = 'FinalizationRegistry';
/** Of a queue: the next one is taken, or those before a head that moved on. */
const TAKES_NEXT = /\.(?:shift|pop)\(\)|\.splice\(0, /;
const PIPES = /\.pipe\(/;

/** What is opened, and how to end it. */
const OF_HANDLES: Readonly<Record<string, { readonly opened: string; readonly remedy: string }>> = {
  FSEvent: {
    opened: 'a file watcher',
    remedy:
      'Close the watcher that it returns whatever the outcome, also where nothing changes before the wait is over. Or keep one watcher for each file.',
  },
  StatWatcher: {
    opened: 'a file watcher',
    remedy: 'Call `unwatchFile` whatever the outcome, also where nothing changes before the wait is over.',
  },
  Process: {
    opened: 'a child process',
    remedy: 'End its input, or `kill()` it, whatever the outcome (in a `finally`), and give it a `timeout`.',
  },
};
const PIPE = {
  opened: 'a child process, whose pipes stay open until it ends,',
  remedy: OF_HANDLES.Process!.remedy,
};

function ofHandle(handle: string | undefined): (typeof OF_HANDLES)[string] | null {
  return handle === 'Pipe' ? PIPE : (OF_HANDLES[handle ?? ''] ?? null);
}

function addition(
  { kind, holder, subject, added, removed, handle, isText, holderClass }: CaseAdvice,
  first: ChangingLine,
): string {
  const inPackage = added.find(({ package: owner }) => owner !== null);
  const where = lineText(first);
  if (first.package === null && inPackage && OF_METRICS.test(inPackage.package ?? ''))
    return `${where} sets the label values of a metric of package \`${inPackage.package}\`, and each new set of values creates a time series that stays. A label with a different value for each user or request (an id, an address) adds one each time. Remove that label, or use few values: the route, not the path.`;
  const taken = removed.find(({ package: owner, excerpt }) => owner !== null && TAKES_NEXT.test(excerpt ?? ''));
  if (first.package === null && inPackage && taken)
    return `${where} calls package \`${inPackage.package}\`, which puts another ${subject} into a queue each time (${shortLineText(inPackage)}), and takes it out when its turn comes (${shortLineText(taken)}). More is put in than is taken out. Work that never ends holds up all that waits behind it: give that work a timeout, and limit how many may wait.`;
  if (first.package === null && inPackage) {
    return `${where} calls package \`${inPackage.package}\`, which keeps another ${subject} each time (${shortLineText(inPackage)}). Create the object that it is called on for each request, give it a bound, or call the method of the package that removes entries or closes what it returned. If the package offers none of these, use a version of it without this leak.`;
  }
  if (first.package !== null)
    return `${where}, in package \`${first.package}\`, adds each ${subject} to ${holder}. Look at which part of the package the service calls for each request, or use another version of it.`;
  const opened = ofHandle(handle)?.opened;
  if (opened !== undefined) return `${where} starts ${opened} each time it runs.`;
  if (holderClass === OF_REGISTRY)
    return `${where} registers an object with ${holder}, together with the value that its callback gets. If that value leads to the object (or is a function that uses it), the object is never collected, and the callback never called. Hand over only what the clean-up needs, such as an id.`;
  if (isText) return `${where} appends to ${holder}.`;
  switch (kind) {
    case 'timer-leak':
      return `${where} starts a timer each time it runs.`;
    case 'listener-leak':
      if (PIPES.test(first.excerpt ?? '')) return `${where} pipes into another stream each time it runs.`;
      return `${where} adds a listener each time it runs.`;
    case 'promise-leak':
      return `${where} adds a reaction to ${holder} each time it runs, and that promise does not settle.`;
    case 'socket-leak':
    case 'fd-leak':
    case 'thread-leak':
      return `${where} opens another ${subject} each time it runs.`;
    default:
      return `${where} adds each ${subject} to ${holder}.`;
  }
}

const REMEDY: Readonly<Partial<Record<FindingKind, string>>> = {
  'timer-leak':
    'Keep the timer that it returns, and clear it in a `finally` as soon as the awaited event has happened.',
  'listener-leak':
    'Remove the listener whatever the outcome of the request (in a `finally`), pass a `signal` that ends with it, or listen once for all requests.',
  'promise-leak': 'Wait on that promise once for all requests, or race against a promise that belongs to the request.',
  'external-memory-leak':
    'Remove each after its last use, or copy the part that you keep (`Buffer.from(slice)`): a slice keeps its whole buffer alive.',
  'socket-leak': 'Close each whatever the outcome and set a timeout on it, or use one shared agent or pool.',
  'fd-leak': 'Close each in a `finally`, also when reading fails or the client goes away.',
  'thread-leak': 'Terminate each when its task is done, or keep a pool of a fixed size.',
};
const REMEDY_OF_CONTAINERS =
  'Remove each when its work is done, also on failure (in a `finally`). Or give the holder a bound: a maximum size that evicts the oldest entry, or an expiry.';

const REMEDY_OF_PIPES =
  "A pipe stays when that stream's client goes away: `unpipe` it on the `close` event of the response, or destroy that stream.";
const REMEDY_OF_TEXT = 'Write it out and empty it as soon as it has reached a size, counted in its own `length`.';

/** A few seconds give numbers of calls only approximately. */
const NEARLY_AS_OFTEN = 0.9;

/** Which of the two, if calls of both functions were counted. */
function removesTooFew(
  { runs, ...line }: ChangingLine,
  added: ChangingLine | undefined,
  { removes, what }: { readonly removes: string; readonly what: string },
): string {
  const calls = added?.runs;
  const given = `given what ${what} (the same key, the same function, the same event)`;
  if (runs !== undefined && line.file === added?.file && line.function === added.function && runs === calls) {
    const isThere = `is in the function that adds (called ${plural(runs, 'time')} while calls were counted) and ${removes} too few`;
    return line.isConditional
      ? `${isThere}: its condition is not true each time, or it is not ${given}.`
      : `${isThere}: check whether it is ${given}.`;
  }
  if (runs === undefined || calls === undefined || calls === 0)
    return `${removes} too few, or does not run (calls were not counted): check whether it is reached and its condition is true for each one that ${what}, also on failure.`;
  const counted = `its function was called ${plural(runs, 'time')} while the one that adds was called ${plural(calls, 'time')}`;
  if (runs < NEARLY_AS_OFTEN * calls)
    return `is not reached often enough: ${counted}. Find out which requests end without it: an early return, an error, a client that goes away.`;
  return line.isConditional
    ? `${removes} too few: ${counted}, but the statement runs only on a condition. Check that condition (an early return before it counts as one), and whether it is ${given}.`
    : `runs, and ${removes} too few: ${counted}. Check whether it is ${given}.`;
}

function removesOther({ removed, added }: NonNullable<ChangingLine['otherValue']>): string {
  const values =
    removed === null || added === null
      ? 'another value than the one that was added'
      : `${code(removed)}, but ${code(added)} was added`;
  return `is given ${values}: unless both are the same object, it removes nothing. Give it what was added.`;
}

function isOpened(kind: FindingKind): boolean {
  return kind === 'socket-leak' || kind === 'fd-leak' || kind === 'thread-leak';
}

function removal({ kind, removed, brokenBound, added, handle, isText, holderClass }: CaseAdvice): string | null {
  const isPipe = kind === 'listener-leak' && PIPES.test(added[0]?.excerpt ?? '');
  const remedy =
    ofHandle(handle)?.remedy ??
    (isText ? REMEDY_OF_TEXT : isPipe ? REMEDY_OF_PIPES : (REMEDY[kind] ?? REMEDY_OF_CONTAINERS));
  const own = removed.filter((line) => !isOfNode(line) && line.package === (added[0]?.package ?? null));
  if (added[0]?.package === null && added.some(({ package: owner }) => owner !== null)) return null;
  const [first] = own;
  // What waits on a promise cannot be removed from it.
  if (!first && kind === 'promise-leak') return remedy;
  if (!first && holderClass === OF_REGISTRY) return null;
  if (!first)
    return `No statement was found that ${isOpened(kind) || ofHandle(handle) ? 'closes it' : 'removes it'}. ${remedy}`;
  if (first.otherValue) return `${lineText(first)} ${removesOther(first.otherValue)}`;
  if (first.runs === 0)
    return `${lineText(first)} would remove it, but did not run while calls were counted. Find out why it is not reached (a response that never comes, an earlier error). ${remedy}`;
  const [{ route, outcome } = {}] = added;
  if (route !== undefined && outcome === 'aborted')
    return `${lineText(first)} removes it, but not after ${code(route)} requests whose client goes away: each of these leaves one. Remove it on the \`close\` event of the response as well.`;
  if (route !== undefined && outcome === 'failed')
    return `${lineText(first)} removes it, but not after ${code(route)} requests that fail: each of these leaves one. Remove it in a \`finally\`, so that it is removed on failure as well.`;
  const words = ofHandle(handle)
    ? { removes: 'closes', what: 'was opened' }
    : { removes: 'removes', what: 'was added' };
  const rest = ofHandle(handle) ? ` ${remedy}` : '';
  if (brokenBound !== null)
    return `${lineText(first)} ${words.removes} too few: find out why the bound is not applied for each one that ${words.what}, also on failure.${rest}`;
  return `${lineText(first)} ${removesTooFew(first, added[0], words)}${rest}`;
}
