import * as say from '../../words/bottlenecks/sync-call.ts';
import { functionWords } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import type { CpuWork } from '../run-data.ts';
import { type CallerWork, callsByCaller, isNamedBy, sourceAt } from './calls-by-caller.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

/** Less of the busy time is not worth the change; less of the whole time is a rare call (a reload), or a service at rest. */
const LEAST_OF_BUSY = 0.05;
const LEAST_OF_TIME = 0.003;
const SHOWN = 3;

/** Calls of Node under load that make every other request wait: files, child processes, compression, hashing. */
export const syncCalls: Rule = {
  rule: 'sync-call',
  run({ run, findings }) {
    const { work } = run;
    if (!work || work.busyUs <= 0) return unseen(say.NO_PROFILE);
    const callers = callsByCaller(work.calls, 'sync');
    const allUs = callers.reduce((sum, { us }) => sum + us, 0);
    const drafts = callers
      .filter(({ us }) => us >= LEAST_OF_BUSY * work.busyUs && us >= LEAST_OF_TIME * work.wallUs)
      .filter(({ caller }) => !isNamedBy(findings, caller))
      .slice(0, SHOWN)
      .map((one) => draftOf(one, work, run.manifest.cpuWindows.at(-1)?.file ?? null));
    return seen(drafts, say.looked(allUs / work.busyUs));
  },
};

function draftOf({ caller, us, calls, line }: CallerWork, work: CpuWork, file: string | null): BottleneckDraft {
  const [call = ''] = calls;
  const who = functionWords(caller);
  const each = work.requests ? us / work.requests / 1000 : null;
  return {
    id: findingId('sync-call', call, `${caller.place.file} ${caller.name}`),
    confidence: 'confirmed',
    title: say.title(who, call),
    request: null,
    source: sourceAt(caller, line),
    package: caller.place.package,
    evidence: [
      { what: say.timeInside(us / work.busyUs, us / work.wallUs, calls, who), file },
      ...(each === null ? [] : [{ what: say.perRequest(each), file }]),
    ],
    against: [say.AGAINST],
    gain: say.gain(us / work.wallUs),
    recommendation: say.advice(call),
    check: say.check(call, who),
    weight: us / work.wallUs,
  };
}
