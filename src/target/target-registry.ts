import type { Milliseconds } from '../model/units.ts';

/**
 * All that this tool leaves in a target while it is attached: one object under one symbol, with what removes the rest.
 *
 * The functions of this file run inside the target. They are sent as text, so they use nothing from around them but
 * their arguments; `require` is at hand while they run, not later.
 */
interface Registry {
  readonly owner: RegistryOwner;
  readonly openedByUs: boolean;
  readonly timer: NodeJS.Timeout;
  /** Ticks of the watchdog since the tool was last heard of, and how many of them it allows. */
  silentTicks: number;
  tickLimit: number;
  /** What undoes each thing that was installed (probes, patches), by name. */
  readonly cleanups: Map<string, () => void>;
  /** Runs the cleanups. Returns what went wrong. */
  readonly cleanUp: () => string[];
  /** Nothing of ours runs but the watchdog, which closes the inspector when no client is connected to it. */
  expired: boolean;
  /**
   * Cleans up, removes the registry, and closes the inspector if we opened it. Not while more than `own` connections are
   * open: to close waits for the other end of each, and the service would be blocked with it. Returns their number then.
   */
  readonly close: (own: number) => number | undefined;
  /** Listens to the end of the program. */
  readonly wakeTool: () => void;
}

/** The tool that is attached. Pids count within one pid namespace only. */
export interface RegistryOwner {
  readonly pid: number;
  readonly startTicks: number;
  readonly pidNamespace: string;
}

export interface RegistryState {
  readonly owner: RegistryOwner;
  readonly openedByUs: boolean;
  readonly silentTicks: number;
}

interface RegistryRequest {
  readonly owner: RegistryOwner;
  readonly openedByUs: boolean;
  /** What `process.debugPort` shall be again afterwards: a later SIGUSR1 opens that port. */
  readonly debugPort: number;
  readonly tickMs: Milliseconds;
  readonly tickLimit: number;
}

type CountConnections = (
  inspector: Pick<typeof import('node:inspector'), 'url'>,
  fs: Pick<typeof import('node:fs'), 'readFileSync'>,
) => number | null;

type EndInspector = (inspector: Pick<typeof import('node:inspector'), 'url' | 'close'>) => void;

type WithRegistry = Record<symbol, Registry | undefined>;

/**
 * The registry in an expression for the target: `REGISTRY.cleanups.set('probe', () => ...)`. Undefined when not attached.
 */
export const REGISTRY_EXPRESSION: string = `globalThis[Symbol.for('soak-profiler')]`;

/** Tells the watchdog that the tool lives. Any other expression may carry it along. */
export const HEARTBEAT_EXPRESSION: string = `void ((${REGISTRY_EXPRESSION} ?? {}).silentTicks = 0)`;

/** As an expression. False when the watchdog has given the tool up, or is gone. */
export function beat(): boolean {
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  if (!registry || registry.expired) return false;
  registry.silentTicks = 0;
  return true;
}

/** An expression that calls a function of this file in the target. */
export function callInTarget<Arguments extends readonly unknown[]>(
  action: (...parameters: Arguments) => unknown,
  ...parameters: Arguments
): string {
  return `(${action.toString()})(${parameters.map((value) => JSON.stringify(value)).join(', ')})`;
}

/** An expression that installs the registry. */
export function installIn(request: RegistryRequest): string {
  return `(${installRegistry.toString()})(${JSON.stringify(request)}, ${countConnections.toString()}, ${endInspector.toString()})`;
}

/**
 * An expression that closes the inspector, whoever opened it (`unlessShared`); the answer never arrives, since the
 * connection ends with it.
 */
export function closingOf(debugPort: number): string {
  return `(${closeInspector.toString()})(${debugPort}, ${endInspector.toString()})`;
}

/**
 * An expression that opens the inspector again on a port that the kernel chooses, so that the next process can have this one
 * (`unlessShared`).
 */
export function movingOfInspector(): string {
  return `(${moveInspector.toString()})(${endInspector.toString()})`;
}

/** Closes the inspector, or throws: a program may have taken away what does it, or put something else in its place. */
function endInspector(inspector: Parameters<EndInspector>[0]): void {
  try {
    (process as unknown as { _debugEnd(): void })._debugEnd();
  } catch {
    // The other way is the same function, which Node has kept.
  }
  if (inspector.url() !== undefined) inspector.close();
  if (inspector.url() !== undefined) throw new Error('the program has replaced what closes its inspector');
}

/**
 * An expression that closes the inspector: with its value, the number of connections, it says that it did not since more
 * than the one that asks are open. `_debugEnd` waits for the other end of each, and with it the service does.
 */
export function unlessShared(closing: string): string {
  const count = `(${countConnections.toString()})(require('node:inspector'), require('node:fs'))`;
  return `((count) => count > 1 ? count : void ${closing})(${count})`;
}

/**
 * Connections to the inspector of this process; null if they cannot be told. With nothing but operators: the watchdog
 * asks at a time when the program may have replaced any method of the language.
 */
function countConnections(
  inspector: Pick<typeof import('node:inspector'), 'url'>,
  fs: Pick<typeof import('node:fs'), 'readFileSync'>,
): number | null {
  // ws://127.0.0.1:9229/uuid: the digits after the last colon.
  const url = inspector.url() ?? '';
  let at = url.length - 1;
  while (at >= 0 && url[at] !== ':') at -= 1;
  if (at < 0) return 0;
  let port = 0;
  for (at += 1; url[at]! >= '0' && url[at]! <= '9'; at += 1) port = port * 10 + +url[at]!;
  const digits = '0123456789ABCDEF';
  const local = `:${digits[(port >> 12) & 15]}${digits[(port >> 8) & 15]}${digits[(port >> 4) & 15]}${digits[port & 15]}`;

  // sl: ADDRESS:PORT ADDRESS:PORT STATE ...
  const countIn = (table: string): number => {
    let count = 0;
    let field = 0;
    let start = 0;
    let isLocal = false;
    for (let i = 0; i <= table.length; i++) {
      const one = i < table.length ? table[i] : '\n';
      if (one !== ' ' && one !== '\n') continue;
      if (i > start) {
        field += 1;
        if (field === 2) {
          isLocal = i - start > 5;
          for (let k = 0; k < 5 && isLocal; k++) isLocal = table[i - 5 + k] === local[k];
        }
        if (field === 4 && isLocal && i - start === 2 && table[start] === '0' && table[start + 1] === '1') count += 1;
      }
      start = i + 1;
      if (one === '\n') field = 0;
    }
    return count;
  };
  let count = 0;
  try {
    count = countIn(fs.readFileSync('/proc/self/net/tcp', 'utf8'));
  } catch {
    return null;
  }
  try {
    count += countIn(fs.readFileSync('/proc/self/net/tcp6', 'utf8'));
  } catch {
    // A kernel without IPv6 has no second one.
  }
  return count;
}

export function readRegistry(): RegistryState | null {
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  if (!registry) return null;
  return { owner: registry.owner, openedByUs: registry.openedByUs, silentTicks: registry.silentTicks };
}

/** Puts the registry in place and starts the watchdog. What a registry before it had installed is undone first. */
function installRegistry(request: RegistryRequest, count: CountConnections, end: EndInspector): void {
  const key = Symbol.for('soak-profiler');
  const place = globalThis as unknown as WithRegistry;
  const inspector = require('node:inspector') as typeof import('node:inspector');
  // The functions, not the module: fake timers replace what is in it, and their `clearInterval` stops no timer of Node.
  const { setInterval, clearInterval } = require('node:timers') as typeof import('node:timers');
  const { readFileSync, readlinkSync } = require('node:fs') as typeof import('node:fs');

  // As they are now: fake timers replace the clock later. Without one nothing can be measured in this program.
  const { hrtime, cpuUsage } = process;
  const { floor } = Math;
  const { apply } = Reflect;
  const { clear, forEach } = Map.prototype;
  if (!(hrtime()[0] >= 0)) throw new Error('the program has replaced process.hrtime');
  if (!place[key] && !Object.isExtensible(place)) throw new Error('the program has frozen its global object');

  const cleanUp = (): string[] => {
    const errors: string[] = [];
    const run = (undo: () => void, name: string): void => {
      try {
        undo();
      } catch (error) {
        errors[errors.length] = `${name}: ${(error as Error | undefined)?.message}`;
      }
    };
    apply(forEach, registry.cleanups, [run]);
    apply(clear, registry.cleanups, []);
    return errors;
  };
  const close = (own: number): number | undefined => {
    registry.expired = true;
    cleanUp();
    // The tool answers, so it may close if the number is unknown; the watchdog does not.
    const connections = request.openedByUs ? (count(inspector, { readFileSync }) ?? (own > 0 ? 0 : 1)) : 0;
    if (connections > own) return connections;
    // First of all: if it cannot be closed, the record of its owner stays, and tries again.
    if (request.openedByUs) end(inspector);
    clearInterval(timer);
    listen('off', wakeTool);
    delete place[key];
    if (!request.openedByUs) return undefined;
    // In one go, so that no console call comes in between: an open inspector keeps the arguments of the last
    // thousand of them alive, even after it was closed. Only this call frees them.
    process.debugPort = request.debugPort;
    const session = new inspector.Session();
    session.connect();
    session.post('Runtime.discardConsoleEntries');
    session.disconnect();
    return undefined;
  };
  // The table of the connections is long where the service has many: at most a hundredth of the time goes into it. Time on
  // the CPU: on a busy host a look takes long in which nothing was done, and the next one would be put off for it.
  let ticksToSkip = 0;
  const cpuTimeUs = (): number => {
    try {
      const { user, system } = cpuUsage();
      return user + system;
    } catch {
      return 0;
    }
  };
  // Ticks, not time: a loop that was blocked for a minute ticks once when it continues.
  const watch = (): void => {
    registry.silentTicks += 1;
    if (!registry.expired && registry.silentTicks < registry.tickLimit) return;
    ticksToSkip -= 1;
    if (ticksToSkip >= 0) return;
    // A watchdog must never take the service down.
    try {
      const before = cpuTimeUs();
      try {
        close(0);
      } finally {
        ticksToSkip = floor((cpuTimeUs() - before) / 10 / request.tickMs) || 0;
      }
    } catch {}
  };
  // Node does not let the program end before every debugger has detached, and a tool that is stopped (SIGSTOP) cannot: it is
  // set going for that. Where it runs under another pid namespace or user, this does nothing.
  const { kill } = process;
  const wakeTool = (): void => {
    try {
      const { pid, startTicks, pidNamespace } = request.owner;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isStopped = fields[0] === 'T' && Number(fields[19]) === startTicks;
      if (isStopped && readlinkSync('/proc/self/ns/pid') === pidNamespace) kill(pid, 'SIGCONT');
    } catch {
      // The program ends as it would have.
    }
  };
  const listen = (how: 'on' | 'off', listener: () => void): void => {
    try {
      // One more than Node expects is a warning in the log of the service. No number is 0.
      const most = process.getMaxListeners() || Number.POSITIVE_INFINITY;
      if (how === 'off') process.off('exit', listener);
      else if (process.listenerCount('exit') < most) process.on('exit', listener);
    } catch {
      // The program has frozen or replaced what is needed: it goes without.
    }
  };
  const before = place[key];
  if (before) {
    before.cleanUp();
    clearInterval(before.timer);
    listen('off', before.wakeTool);
  }
  const timer = setInterval(watch, request.tickMs).unref();
  const registry: Registry = {
    owner: request.owner,
    openedByUs: request.openedByUs,
    timer,
    silentTicks: 0,
    tickLimit: request.tickLimit,
    cleanups: new Map(),
    cleanUp,
    expired: false,
    close,
    wakeTool,
  };
  try {
    Object.defineProperty(place, key, { value: registry, configurable: true, enumerable: false, writable: false });
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  // Last: what went wrong before leaves nothing in the program.
  listen('on', wakeTool);
}

export function setTickLimit(tickLimit: number): void {
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  if (!registry) return;
  registry.tickLimit = tickLimit;
  registry.silentTicks = 0;
}

/** Undoes what was installed; the watchdog stays until `closeRegistry`. Returns what went wrong. */
export function cleanUpRegistry(): string[] {
  return (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')]?.cleanUp() ?? [];
}

/**
 * Removes the rest. If we opened the inspector, the answer never arrives: the connection ends with it. Where others are
 * connected too, it says how many connections there are, and the watchdog closes it when they have gone.
 */
export function closeRegistry(): number | undefined {
  return (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')]?.close(1);
}

function closeInspector(debugPort: number, end: EndInspector): void {
  const inspector = require('node:inspector') as typeof import('node:inspector');
  end(inspector);
  process.debugPort = debugPort;
  const session = new inspector.Session();
  session.connect();
  session.post('Runtime.discardConsoleEntries');
  session.disconnect();
}

function moveInspector(end: EndInspector): void {
  const inspector = require('node:inspector') as typeof import('node:inspector');
  end(inspector);
  inspector.open(0, '127.0.0.1');
}
