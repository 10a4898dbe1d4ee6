import { isListeningOn, type ProcessFacts } from './process-facts.ts';

/** The port of an address on this machine, else null. */
export function localPort(baseUrl: string): number | null {
  if (!URL.canParse(baseUrl)) return null;
  const { hostname, port, protocol } = new URL(baseUrl);
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return isLocal ? Number(port || (protocol === 'https:' ? 443 : 80)) : null;
}

/**
 * Asks whether a process has stopped to listen where the load goes: it is about to end, and waits for its connections. Never
 * so where it did not listen there at first.
 */
export function watchPort(facts: ProcessFacts | null, port: number | null): () => boolean {
  if (port === null || !facts?.listening?.some((socket) => socket.port === port)) return () => false;
  return () => !isListeningOn(facts, port);
}
