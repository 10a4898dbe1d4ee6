import { readFileSync } from 'node:fs';
import { DEFAULT_INSPECTOR_PORT, inspectorPortOf } from './inspector-port.ts';
import type { ProcessFacts } from './process-facts.ts';

/** As Linux comes; read where it was changed. */
const EPHEMERAL_PORTS: readonly [low: number, high: number] = [32_768, 60_999];

/**
 * The ports by which a service is known again when it comes back. Those of an inspector are no part of it, and one that
 * the kernel chose is another at each start: it counts only where there is no other. Empty if it listens on nothing,
 * or its descriptors may not be read.
 */
export function servicePorts(facts: ProcessFacts, inspectorPort: number | null = null): readonly number[] {
  const ofInspector = new Set([DEFAULT_INSPECTOR_PORT, inspectorPortOf(facts), inspectorPort]);
  const ports = [...new Set(facts.listening?.map(({ port }) => port))].filter((port) => !ofInspector.has(port));
  const chosen = ports.filter((port) => !isEphemeral(port));
  return (chosen.length > 0 ? chosen : ports).sort((a, b) => a - b);
}

/**
 * In the range from which the kernel chooses, where a program asks for any port. One that the program chose may be there
 * too.
 */
export function isEphemeral(port: number): boolean {
  const [low, high] = ephemeralPorts();
  return port >= low && port <= high;
}

/** Where it serves without a port. A path with its own pid in it is another at each start. */
export function servicePaths({ pidInside, unixListening }: ProcessFacts): readonly string[] {
  const ownPid = new RegExp(`(?<!\\d)${pidInside}(?!\\d)`);
  return (unixListening ?? []).filter((path) => !ownPid.test(path));
}

function ephemeralPorts(): readonly [low: number, high: number] {
  try {
    const [low = Number.NaN, high = Number.NaN] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return Number.isInteger(low) && Number.isInteger(high) ? [low, high] : EPHEMERAL_PORTS;
  } catch {
    return EPHEMERAL_PORTS;
  }
}
