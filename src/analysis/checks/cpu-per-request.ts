import type { FunctionChange } from '../../cpu/compare-trees.ts';
import type { Evidence, FindingSubject } from '../../model/finding.ts';
import { type Check, type CheckContext, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';
import { slowerFunctions } from '../slower-functions.ts';
import { code, figure } from '../words.ts';

const PROCESS: FindingSubject = {
  class: 'CPU a request',
  holder: 'the process',
  path: [],
  source: null,
  package: null,
};
const SHOWN = 3;

/** Does a request cost more CPU the longer the process lives, and in which function? */
export const cpuPerRequest: Check = {
  name: 'CPU a request',
  run(context) {
    const slower = context.run.cpu ? slowerFunctions(context.run.cpu) : [];
    const verdict = judgeDegradation(
      context,
      {
        key: 'cpu.per-request',
        kind: 'cpu-degradation',
        what: 'CPU time a request',
        unit: 'ms',
        leastGrowth: 0.05,
        shortStep: 2,
        subject: slower[0] ? subjectOf(slower[0]) : PROCESS,
        file: 'samples.ndjson',
      },
      slower.slice(0, SHOWN).map((change) => evidenceOf(context, change)),
    );
    if (!verdict) return insufficient('too few samples with requests to tell a trend');
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};

function subjectOf({ name, place }: FunctionChange): FindingSubject {
  const source = place && { file: place.file, line: place.line, column: place.column, function: place.function };
  return { class: name, holder: `function ${name}`, path: [], source, package: place?.package ?? null };
}

function evidenceOf({ run }: CheckContext, { name, place, beforeSelfUs, selfUs }: FunctionChange): Evidence {
  const [unit, scale] = run.cpu?.per === 'request' ? ['us a request', 1] : ['ms a second of CPU', 1000];
  const where = place ? ` (${place.file}:${place.line})` : '';
  return {
    what: `${code(name)}${where} took ${figure(beforeSelfUs / scale)} ${unit} in the first window and ${figure(selfUs / scale)} in the last.`,
    file: run.manifest.cpuWindows.at(-1)?.file ?? null,
  };
}
