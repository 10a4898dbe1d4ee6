import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRegularFileSync } from '../files/regular-file.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { parseScenario } from '../scenario/parse-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

const SHIPPED = fileURLToPath(new URL('../../../scenarios/', import.meta.url));

/** Names of the scenarios that come with the tool. */
export function shippedScenarios(): string[] {
  return readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
}

/** A file, or the name of a scenario that comes with the tool. */
function findScenarioFile(scenario: string): string {
  const own = resolve(scenario);
  if (existsSync(own)) return own;
  // A configuration file has made a path of the name.
  const name = basename(scenario);
  if (extname(name) === '' && shippedScenarios().includes(name)) return join(SHIPPED, `${name}.yaml`);
  throw new ProfilerError(
    'scenario-missing',
    EXIT.usage,
    `There is no scenario ${scenario}.`,
    `Looked at ${own}. Give the path of a scenario file, or a built-in scenario: ${shippedScenarios().join(', ')}.`,
  );
}

export interface ReadScenario {
  readonly file: string;
  /** By what it is found again: the path, or the name where it comes with the tool. */
  readonly reference: string;
  readonly text: string;
  readonly scenario: Scenario;
}

/** Reads a scenario, by path or name, with its data files, which are named from where it stands. Throws a ProfilerError (exit 2). */
export function readScenario(named: string): ReadScenario {
  const file = findScenarioFile(named);
  const text = readText(file);
  const readData = (path: string): string => readText(resolve(dirname(file), path));
  const reference = dirname(file) === resolve(SHIPPED) ? basename(file, '.yaml') : file;
  return { file, reference, text, scenario: parseScenario(text, { fileName: file, readText: readData }) };
}

/** Data sets are kept in memory. */
const LARGEST_BYTES = 64 * 1024 * 1024;

function readText(file: string): string {
  try {
    return readRegularFileSync(file, { pipes: true, maxBytes: LARGEST_BYTES }).toString('utf8');
  } catch (error) {
    throw new ProfilerError(
      'scenario-unreadable',
      EXIT.usage,
      `${file} cannot be read: ${(error as Error).message}`,
      'The scenario and its data files must be readable for this user.',
      { cause: error },
    );
  }
}
