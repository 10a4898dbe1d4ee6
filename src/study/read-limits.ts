import { readRegularFileSync } from '../files/regular-file.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Threshold } from '../model/threshold.ts';
import { parseThresholds } from '../scenario/parse-threshold.ts';
import { readDocument } from '../scenario/read-document.ts';

/** A file of limits: the name of a request, `*` or `resources`, and what must hold for it. */
const SLO_SCHEMA = {
  type: 'object',
  additionalProperties: {
    type: 'array',
    items: { type: 'string' },
    description: 'a list of thresholds, such as [ "p(95)<300ms" ]',
  },
} as const;

/** What must hold, by the name of a request, `*` or `resources`: `{ checkout: ['p(95)<300ms'] }`. */
export type Limits = Readonly<Record<string, readonly string[]>>;

/** The limits of a configuration file and of an SLO file together. Throws a ProfilerError (exit 2) that lists all faults. */
export function readLimits(fromConfig: Limits, file: string | null): Threshold[] {
  const faults: string[] = [];
  const fromFile = file === null ? [] : limitsOf(readFile(file, faults), file, faults);
  if (file !== null && fromFile.length === 0 && faults.length === 0)
    faults.push(`${file}: it has no threshold; write for example  "*": ["p(95)<300ms"]`);
  const thresholds = [...limitsOf(fromConfig, 'configuration', faults), ...fromFile];
  if (faults.length > 0) {
    throw new ProfilerError(
      'slo-invalid',
      EXIT.usage,
      faults.length === 1 ? 'One threshold is invalid.' : `${faults.length} thresholds are invalid.`,
      faults.join('\n'),
    );
  }
  return thresholds;
}

const LARGEST_BYTES = 4 * 1024 * 1024;

function readFile(file: string, faults: string[]): Limits {
  let text: string;
  try {
    text = readRegularFileSync(file, { pipes: true, maxBytes: LARGEST_BYTES }).toString('utf8');
  } catch (error) {
    throw new ProfilerError(
      'slo-unreadable',
      EXIT.usage,
      `The threshold file ${file} cannot be read: ${(error as Error).message}`,
      'Give another file with --slo.',
    );
  }
  const { value, problems } = readDocument(text, SLO_SCHEMA);
  faults.push(...problems.map(({ line, column, message }) => `${file}:${line}:${column} ${message}`));
  return problems.length > 0 ? {} : (value as Limits);
}

function limitsOf(limits: Limits, where: string, faults: string[]): Threshold[] {
  for (const [subject, texts] of Object.entries(limits))
    if (texts.length === 0) faults.push(`${where}: ${subject}: its list is empty; add a threshold, or leave it out`);
  return parseThresholds(limits, (subject, _, why) => faults.push(`${where}: ${subject}: ${why}`));
}
