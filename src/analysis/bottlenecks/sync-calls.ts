import { figure, percent } from '../../words/figures.ts';
import { capital, code, functionWords } from '../../words/terms.ts';
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
  name: 'synchronous calls',
  run({ run, findings }) {
    const { work } = run;
    if (!work || work.busyUs <= 0) return unseen('no CPU profile was taken');
    const callers = callsByCaller(work.calls, 'sync');
    const allUs = callers.reduce((sum, { us }) => sum + us, 0);
    const drafts = callers
      .filter(({ us }) => us >= LEAST_OF_BUSY * work.busyUs && us >= LEAST_OF_TIME * work.wallUs)
      .filter(({ caller }) => !isNamedBy(findings, caller))
      .slice(0, SHOWN)
      .map((one) => draftOf(one, work, run.manifest.cpuWindows.at(-1)?.file ?? null));
    return seen(drafts, `${percent(allUs / work.busyUs)} of the busy time is in synchronous calls of Node`);
  },
};

function draftOf({ caller, us, calls, line }: CallerWork, work: CpuWork, file: string | null): BottleneckDraft {
  const [call = ''] = calls;
  const share = us / work.busyUs;
  const each = work.requests ? us / work.requests / 1000 : null;
  return {
    id: findingId('sync-call', call, `${caller.place.file} ${caller.name}`),
    confidence: 'confirmed',
    title: `${capital(functionWords(caller))} calls ${code(call)} under load: the event loop is blocked meanwhile.`,
    request: null,
    source: sourceAt(caller, line),
    package: caller.place.package,
    evidence: [
      {
        what: `${percent(share)} of the busy time, ${percent(us / work.wallUs)} of all time, is spent inside ${calls.map(code).join(', ')} called from ${functionWords(caller)}.`,
        file,
      },
      ...(each === null ? [] : [{ what: `That is ${figure(each)} ms a request on average.`, file }]),
    ],
    against: ['The profile does not say whether a request waits for it or a job of the service itself.'],
    gain: `The loop is free for ${percent(us / work.wallUs)} more of the time; on a slow or busy disk it is more.`,
    recommendation: adviceFor(call),
    check: `In the next run the flame graph should no longer show ${code(call)} below ${functionWords(caller)}, and the event-loop delay should fall.`,
    weight: us / work.wallUs,
  };
}

function adviceFor(call: string): string {
  if (/^(?:exec|execFile|spawn)Sync$/.test(call)) {
    return `Replace ${code(call)} by its asynchronous form (${code(`await promisify(${call.replace('Sync', '')})`)}), or keep one child process alive and talk to it.`;
  }
  if (/^(?:pbkdf2|scrypt|hkdf|generateKey|generateKeyPair|argon2)Sync$/.test(call)) {
    return `Use ${code(call.replace('Sync', ''))}: the asynchronous form works on the thread pool while the loop goes on.`;
  }
  if (call.startsWith('zlib')) {
    return 'Use the asynchronous form of `node:zlib` or a stream: both compress on the thread pool.';
  }
  if (/^(?:write|append|truncate|fsync|copy|cp|rename|rm|unlink|mkdir)/.test(call)) {
    return 'Use the form of `node:fs/promises`, or collect what is to be written and write it through one stream (a logger with a buffer).';
  }
  return 'Read once at the start and keep the result, or use the form of `node:fs/promises`; instead of asking whether a file exists, open it and handle the error.';
}
