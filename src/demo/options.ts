import { parseArgs } from 'node:util';
import { FAULT_NAMES, FAULTS, type FaultName, type Faults } from './faults.ts';

export interface ServiceOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly faults: Faults;
}

/** A mistake in the command line: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function usage(): string {
  const width = Math.max(...FAULT_NAMES.map((name) => name.length));
  const list = FAULTS.map(
    ({ name, healthy, description }) => `  ${name.padEnd(width)}  ${healthy ? '(healthy) ' : ''}${description}`,
  );
  return [
    'Evidence archive: the reference service.',
    '',
    'Options:',
    '  --port N         port to listen on, 0 for any (default 3000)',
    '  --host ADDRESS   address to listen on (default 127.0.0.1)',
    '  --fault NAME     what to switch wrong; may be repeated or separated by commas',
    '',
    'DATABASE_URL names a PostgreSQL; without it an embedded one is started beside the service.',
    '',
    'Faults:',
    ...list,
    '',
  ].join('\n');
}

/** Returns null when help was asked for. Throws UsageError. */
export function parseOptions(args: readonly string[]): ServiceOptions | null {
  const values = parse(args);
  if (values.help) return null;
  return { host: values.host, port: parsePort(values.port), faults: parseFaults(values.fault) };
}

interface RawOptions {
  readonly host: string;
  readonly port: string;
  readonly fault: readonly string[];
  readonly help: boolean;
}

function parse(args: readonly string[]): RawOptions {
  try {
    return parseArgs({
      args: [...args],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '3000' },
        fault: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port ${text}: not a port, expected 0 to 65535`);
  }
  return port;
}

function parseFaults(values: readonly string[]): Faults {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  const wanted = names.filter((name) => name !== '');
  const unknown = wanted.filter((name) => !isFaultName(name));
  if (unknown.length > 0) {
    throw new UsageError(`unknown fault: ${unknown.join(', ')}\nknown faults: ${FAULT_NAMES.join(', ')}`);
  }
  return new Set(wanted.filter(isFaultName));
}

function isFaultName(name: string): name is FaultName {
  return (FAULT_NAMES as readonly string[]).includes(name);
}
