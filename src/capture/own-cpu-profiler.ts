import { takeIn } from '../target/inspector-error.ts';
import { withNode } from '../target/node-of-program.ts';
import type { InspectorSession } from '../target/session.ts';
import { callInTarget } from '../target/target-registry.ts';
import { countSessions, lookForProfilers } from './in-target/look-for-profilers.ts';

/** Why such a program is not profiled. */
export const OWN_PROFILER =
  'the service, or another tool, profiles its CPU over the inspector (a continuous profiler, or --cpu-prof), and V8 starts each profile of ours in that session too, where it makes theirs fail or is written into the log';

const DEADLINE_MS = 30_000;
const OBJECT_GROUP = 'soak-profiler-sessions';

/**
 * Whether another session of the inspector has its CPU profiler enabled. To be asked before one of ours has. Where a
 * profiler runs that may be none of the inspector (a native one, or one of a worker thread), the program is looked through for
 * sessions: that takes a collection. Without leave for it, it is taken for one.
 */
export async function profilesItself(session: InspectorSession, mayCollect: () => Promise<boolean>): Promise<boolean> {
  const look = await session
    .evaluate<ReturnType<typeof lookForProfilers>>(callInTarget(lookForProfilers, 'soak-profiler looks'), {
      deadlineMs: DEADLINE_MS,
    })
    // No /proc there: nothing can be known.
    .catch(() => null);
  if (!look || Number(look.running) + Number(look.waiting) === 0) return false;
  if (look.waiting > 0) return true;
  return !(await mayCollect()) || (await hasSessions(session));
}

async function hasSessions(session: InspectorSession): Promise<boolean> {
  const call = <Result>(method: string, params: object): Promise<Result> =>
    session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  type Handle = { readonly objectId: string };
  try {
    const { result: prototype } = await call<{ readonly result: Handle }>('Runtime.evaluate', {
      expression: withNode("require('node:inspector').Session.prototype"),
      includeCommandLineAPI: true,
      objectGroup: OBJECT_GROUP,
    });
    const { objects } = await call<{ readonly objects: Handle }>('Runtime.queryObjects', {
      prototypeObjectId: takeIn('Runtime.evaluate', () => prototype.objectId),
      objectGroup: OBJECT_GROUP,
    });
    const { result } = await call<{ readonly result: { readonly value: number } }>('Runtime.callFunctionOn', {
      objectId: takeIn('Runtime.queryObjects', () => objects.objectId),
      functionDeclaration: countSessions.toString(),
      returnByValue: true,
      objectGroup: OBJECT_GROUP,
    });
    return takeIn('Runtime.callFunctionOn', () => Number(result.value) > 0);
  } finally {
    await call('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => {});
  }
}
