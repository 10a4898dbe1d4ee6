import { get } from 'node:http';
import type { Milliseconds } from '../model/units.ts';
import { inspectorLikeSockets } from './event-loops.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { isLoopback, type ListeningSocket, listeningSocketsOf, socketsInNamespaceOf } from './listening-sockets.ts';
import type { ProcessFacts } from './process-facts.ts';

const PROBE_MS = 1_000;
const LONGEST_ANSWER = 65_536;
/** Where Linux takes ports from that nobody asked for by number, and so where an inspector on port 0 ends up. */
const FIRST_EPHEMERAL_PORT = 32_768;

/** An inspector that answers. */
export interface OpenInspector {
  readonly host: string;
  readonly port: number;
  /** `ws://127.0.0.1:9229/<uuid>`. */
  readonly url: string;
}

/** Asks one address whether an inspector is there. Null when it is anything else, or does not answer within a second. */
export async function probeInspector(
  host: string,
  port: number,
  timeoutMs: Milliseconds = PROBE_MS,
): Promise<OpenInspector | null> {
  const body = await fetchText(host, port, timeoutMs);
  const id = body && /"webSocketDebuggerUrl"\s*:\s*"ws:\/\/[^/"]+\/([\w-]+)"/.exec(body)?.[1];
  return id ? { host, port, url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}/${id}` } : null;
}

/** The first of the sockets behind which an inspector answers. */
export async function probeSockets(sockets: readonly ListeningSocket[]): Promise<OpenInspector | null> {
  const answers = await Promise.all(sockets.map(({ address, port }) => probeInspector(reachable(address), port)));
  return answers.find((answer) => answer !== null) ?? null;
}

/**
 * Sockets on which an open inspector of this process is likely: never all of them, since asking means a request to the
 * service itself. It listens where the options of Node say, else on loopback, on its usual port or, moved, on one that
 * the kernel chose.
 */
export function likelyInspectorSockets(facts: ProcessFacts): ListeningSocket[] {
  const named = inspectorPortOf(facts);
  const atNamed = (listeningSocketsOf(facts.pid) ?? []).filter(({ port }) => port === named);
  const moved = candidateSockets(facts.pid).filter(
    ({ address, port }) => port >= FIRST_EPHEMERAL_PORT && (isLoopback(address) || named === 0),
  );
  return [...atNamed, ...moved.filter(({ port }) => port !== named)];
}

/** What may be an inspector of the process; where its descriptors are unreadable, all loopback sockets of its namespace. */
export function candidateSockets(pid: number): readonly ListeningSocket[] {
  return inspectorLikeSockets(pid) ?? socketsInNamespaceOf(pid).filter(({ address }) => isLoopback(address));
}

function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

function fetchText(host: string, port: number, timeoutMs: Milliseconds): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/json/list', agent: false, signal: AbortSignal.timeout(timeoutMs) });
    request.on('error', () => resolve(null));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST_ANSWER) response.destroy();
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(response.complete && response.statusCode === 200 ? text : null));
    });
  });
}
