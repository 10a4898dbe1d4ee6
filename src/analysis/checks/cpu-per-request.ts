import type { FunctionChange } from '../../cpu/compare-trees.ts';
import type { Evidence, FindingSubject } from '../../model/finding.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/cpu-per-request.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';
import { findingId } from '../finding-id.ts';
import { type GrownFunction, grownFunction, slowerFunctions } from '../slower-functions.ts';

const PROCESS: FindingSubject = {
  class: 'CPU a request',
  holder: 'the process',
  path: [],
  source: null,
  package: null,
};
const SHOWN = 3;

/**
 * Does a request cost more CPU the longer the process lives, and in which function? The series tells of the whole; the
 * first and the last profile, per request, tell of single functions, also where the whole hides them in its noise.
 */
export const cpuPerRequest: Check = {
  name: 'CPU a request',
  run(context) {
    const { cpu } = context.run;
    const slower = cpu ? slowerFunctions(cpu) : [];
    const grown = cpu && grownFunction(cpu);
    const named = grown?.change ?? slower[0];
    const verdict = judgeDegradation(
      context,
      {
        key: 'cpu.per-request',
        kind: 'cpu-degradation',
        what: say.CPU_TIME,
        unit: 'ms',
        leastGrowth: 0.05,
        shortStep: 2,
        subject: named ? subjectOf(named) : PROCESS,
        file: 'samples.ndjson',
      },
      slower.slice(0, SHOWN).map((change) => evidenceOf(context, change)),
    );
    const single =
      grown && !isSure(verdict?.finding) && couldHide(context, grown) ? functionFinding(context, grown) : null;
    if (single) return found([single], `${single.title} ${verdict?.detail ?? ''}`.trim());
    if (!verdict) return insufficient(say.TOO_FEW);
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};

/** Where the series would have shown what the function gained and did not, two windows prove nothing. */
function couldHide({ trends }: CheckContext, { change }: GrownFunction): boolean {
  const entry = trends.judge('cpu.per-request');
  const gainedMs = (change.selfUs - change.beforeSelfUs) / 1000;
  return !entry || entry.verdict === 'growing' || entry.trend.smallestSlope * entry.trend.span >= gainedMs;
}

function isSure(finding: FindingDraft | null | undefined): boolean {
  return finding !== null && finding !== undefined && finding.confidence !== 'possible';
}

function functionFinding(context: CheckContext, { change, share, isSure: sure }: GrownFunction): FindingDraft {
  const subject = subjectOf(change);
  return {
    id: findingId('cpu-degradation', change.name, change.place?.file ?? ''),
    kind: 'cpu-degradation',
    confidence: sure ? 'likely' : 'possible',
    severity: sure ? 'major' : 'minor',
    title: say.title(change.name, share),
    subject,
    growth: null,
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [
      ...slowerFunctions(context.run.cpu as NonNullable<typeof context.run.cpu>)
        .slice(0, SHOWN)
        .map((slow) => evidenceOf(context, slow)),
      {
        what: say.withCalls(change.name, change.beforeTotalUs, change.totalUs),
        file: context.run.manifest.cpuWindows.at(-1)?.file ?? null,
      },
    ],
    against: [say.AGAINST],
    recommendation: recommend('cpu-degradation', { holder: subject.holder, subject: code(change.name) }),
  };
}

function subjectOf({ name, place }: FunctionChange): FindingSubject {
  const source = place && { file: place.file, line: place.line, column: place.column, function: place.function };
  return { class: name, holder: `function ${name}`, path: [], source, package: place?.package ?? null };
}

function evidenceOf({ run }: CheckContext, change: FunctionChange): Evidence {
  return {
    what: say.slower(change, run.cpu?.per === 'request' ? 'request' : 'second'),
    file: run.manifest.cpuWindows.at(-1)?.file ?? null,
  };
}
