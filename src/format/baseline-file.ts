import type { Baseline, MeasuredRun, RunConditions, RunMeasure } from '../model/baseline.ts';
import { printableLines } from '../model/printable.ts';
import { parseJson } from './parse-json.ts';
import { fields, listOf, nullable, number, oneOf, text } from './shape.ts';

const readConditions = fields<RunConditions>({
  target: text,
  node: nullable(text),
  scenario: nullable(fields({ name: text, digest: text })),
  host: fields({ platform: text, cpus: number, memoryBytes: number }),
  durationMs: number,
});

const readMeasure = fields<RunMeasure>({
  key: text,
  unit: oneOf('ms', 'bytes', 'share', 'percent', 'per-second'),
  better: oneOf('lower', 'higher'),
  value: number,
  error: number,
});

const readBaseline = fields<Baseline>({
  schema: oneOf('profiler-baseline/1'),
  runs: listOf(
    fields<MeasuredRun>({ id: text, startedAt: text, conditions: readConditions, measures: listOf(readMeasure) }),
  ),
});

/** Reads a baseline. Throws a ProfilerError (`baseline-invalid`, exit 2) that says what is wrong with the file. */
export function parseBaseline(bytes: Uint8Array, file: string): Baseline {
  const hint = 'Name a file that profiler baseline save has written, or save it again.';
  return parseJson(bytes, { file, code: 'baseline-invalid', hint }, (value) => readBaseline(value, ''));
}

/** A baseline as text, to be committed: one line a figure, so that a change of it reads well. */
export function formatBaseline({ schema, runs }: Baseline): string {
  const runText = ({ measures, ...run }: MeasuredRun): string => {
    const head = JSON.stringify(run, null, 2).replace(/\n\}$/, '').replaceAll('\n', '\n    ');
    const lines = measures.map((measure) => `        ${JSON.stringify(measure)}`).join(',\n');
    return `    ${head},\n      "measures": [\n${lines}\n      ]\n    }`;
  };
  return printableLines(
    `{\n  "schema": ${JSON.stringify(schema)},\n  "runs": [\n${runs.map(runText).join(',\n')}\n  ]\n}\n`,
  );
}
