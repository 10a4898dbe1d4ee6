import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { redactAddress } from '../redact/redact-address.ts';
import type { AttachOptions } from './attach.ts';
import { type Attachment, createAttachment } from './attachment.ts';
import { connectInspector } from './connect-inspector.ts';
import { wrongProcess } from './connect-verified.ts';
import { describeSelf, type SelfDescription } from './describe-self.ts';
import { InspectorError, takeIn } from './inspector-error.ts';
import { DEFAULT_INSPECTOR_PORT } from './inspector-port.ts';
import { isLoopback, pidsHolding, socketsInNamespaceOf } from './listening-sockets.ts';
import type { NamedLock } from './named-lock.ts';
import { removeMark, wasOpenedByUs } from './opening-mark.ts';
import { type OpenInspector, probeInspector } from './probe-inspector.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { redactCommandLine } from './redact-command-line.ts';
import { claimTarget, WATCHDOG_TICK_MS } from './registry-owner.ts';
import { assertNotHeld, lockTarget } from './target-lock.ts';
import { callInTarget } from './target-registry.ts';

interface Address {
  readonly host: string;
  readonly port: number;
  /** Path of a full `ws://` address, with the id of the inspector; null for `host:port`. */
  readonly path: string | null;
}

/**
 * Attaches to an inspector that is open already, at `ws://host:port/id` or `host:port`, and leaves it open afterwards
 * (unless an instance of ours that died had opened it).
 * `expected`: the process of this host that must answer there. An address of another machine is refused (exit 2) without
 * `allowRemote`: the inspector has no password and no encryption.
 */
export async function attachToAddress(
  text: string,
  options: AttachOptions & { readonly allowRemote?: boolean; readonly expected?: ProcessFacts | null } = {},
): Promise<Attachment> {
  const address = parseAddress(text);
  const isLocal = address.host === 'localhost' || isLoopback(address.host);
  if (!isLocal && !options.allowRemote) throw remoteRefused(address);

  const inspector = await locate(address);
  if (isLocal) for (const facts of nodesAt(inspector)) await assertNotHeld(facts);
  const session = await connect(inspector);
  const tickMs = options.watchdogTickMs ?? WATCHDOG_TICK_MS;
  let lock: NamedLock | null = null;
  try {
    const answer = await session.evaluate<SelfDescription>(callInTarget(describeSelf));
    const self = takeIn('Runtime.evaluate', () => checkedSelf(answer));
    const process = isLocal ? localProcess(inspector, self) : null;
    if (options.expected && !isSame(options.expected, process))
      throw wrongProcess(options.expected, inspector, self.pid);
    lock = process && (await lockTarget(process));
    const request = {
      openedByUs: process !== null && wasOpenedByUs(process),
      debugPort: DEFAULT_INSPECTOR_PORT,
      tickMs,
    };
    const { openedByUs } = await claimTarget(session, request);
    if (process) removeMark(process);
    await session.call('Runtime.discardConsoleEntries');
    const facts = process ? { ...process, nodeVersion: self.version } : factsFromInside(self);
    options.log?.(`the inspector at ${inspector.host}:${inspector.port} belongs to ${facts.name}, pid ${facts.pid}`);
    return createAttachment({ facts, process, session, inspector, openedByUs, tickMs, lock });
  } catch (error) {
    session.disconnect();
    lock?.release();
    throw error instanceof InspectorError ? nobodyAnswers(inspector.host, inspector.port, error) : error;
  }
}

function parseAddress(text: string): Address {
  const match = /^(?:wss?:\/\/|http:\/\/)?(\[[^\]@]+\]|[^:/\s@]+):(\d+)(\/[\w-]+)?\/?$/.exec(text.trim());
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65_535) {
    throw new ProfilerError(
      'inspect-address-invalid',
      EXIT.usage,
      `"${redactAddress(text)}" is not the address of an inspector.`,
      'Write --inspect 127.0.0.1:9229 or --inspect ws://127.0.0.1:9229/ID, as the target prints it.',
    );
  }
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port, path: match[3] ?? null };
}

async function locate({ host, port, path }: Address): Promise<OpenInspector> {
  if (path) return { host, port, url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}${path}` };
  const found = await probeInspector(host, port, 5_000);
  if (found) return found;
  throw nobodyAnswers(host, port);
}

async function connect(inspector: OpenInspector): ReturnType<typeof connectInspector> {
  try {
    return await connectInspector(inspector.url);
  } catch (error) {
    throw error instanceof InspectorError ? nobodyAnswers(inspector.host, inspector.port, error) : error;
  }
}

/** Throws if it is no such description. */
function checkedSelf({ pid, version, argv, cwd, name, startTicks }: SelfDescription): SelfDescription {
  if (!Number.isSafeInteger(pid)) throw new Error('no pid');
  return {
    pid,
    version: String(version),
    argv: argv.map(String),
    cwd: String(cwd),
    name: String(name),
    startTicks: Number.isFinite(startTicks) ? startTicks : 0,
  };
}

/** The process behind a loopback address, if it is one of this host and not the near end of a tunnel. */
function localProcess(inspector: OpenInspector, self: SelfDescription): ProcessFacts | null {
  return nodesAt(inspector).find(({ pidInside }) => pidInside === self.pid) ?? null;
}

function nodesAt({ port }: OpenInspector): ProcessFacts[] {
  const sockets = socketsInNamespaceOf('self').filter((socket) => socket.port === port);
  return pidsHolding(sockets)
    .map(readProcessFacts)
    .filter((facts) => facts !== null)
    .filter(({ isNode }) => isNode);
}

function isSame(expected: ProcessFacts, process: ProcessFacts | null): boolean {
  return process?.pid === expected.pid && process.startTicks === expected.startTicks;
}

function factsFromInside(self: SelfDescription): TargetFacts {
  return {
    pid: self.pid,
    startTicks: self.startTicks,
    nodeVersion: self.version,
    commandLine: redactCommandLine(self.argv),
    cwd: self.cwd,
    name: self.name,
  };
}

function nobodyAnswers(host: string, port: number, cause?: Error): ProfilerError {
  return new ProfilerError(
    'inspector-unreachable',
    EXIT.attachFailed,
    `No inspector answers at ${host}:${port}${cause ? ` (${cause.message})` : ''}.`,
    'Look for the line "Debugger listening on ws://..." in the log of the target, or name it by --pid.',
    { cause },
  );
}

function remoteRefused({ host, port }: Address): ProfilerError {
  return new ProfilerError(
    'inspect-remote-refused',
    EXIT.usage,
    `${host} is another machine, and an inspector has no password and no encryption.`,
    `Use a tunnel (ssh -L ${port}:127.0.0.1:${port} ${host}, then --inspect 127.0.0.1:${port}), or add --allow-remote in a network that you trust.`,
  );
}
