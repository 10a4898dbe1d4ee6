import { printable } from '../model/printable.ts';
import { formatBytes } from '../model/units.ts';
import type { ProcessFacts } from './process-facts.ts';

const LONGEST_COMMAND = 100;

/** One line: `pid 4711 order-api, port 3000, 92.1 MB, node dist/server.js`. */
export function describeProcess(facts: ProcessFacts): string {
  const ports = [...new Set(facts.listening?.map((socket) => socket.port) ?? [])];
  const command = printable(facts.commandLine.join(' '));
  return [
    `pid ${facts.pid} ${printable(facts.name)}`,
    ...(ports.length > 0 ? [`port ${ports.join(' ')}`] : []),
    formatBytes(facts.rssBytes),
    command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}...` : command,
  ].join(', ');
}
