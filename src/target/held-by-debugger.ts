import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from './attachment.ts';
import type { InspectorSession } from './session.ts';

const TURN_WITHIN_MS: Milliseconds = 1_000;
/** All scripts are told on the way. */
const TOLD_WITHIN_MS: Milliseconds = 10_000;
/** A microtask runs where the program's own code could run. No timer: nothing of Node's is touched. */
const TURN = '(async () => { await null; })()';

/**
 * Throws a ProfilerError (exit 3) where the debugger of somebody else holds the program at a breakpoint: a collection, or a
 * snapshot, would wait until the program goes on. The debugger is asked only where the
 * turn of the program does not end.
 */
export async function refuseHeldByDebugger({ facts, session }: Attachment): Promise<void> {
  if ((await turns(session)) || !(await isHeld(session))) return;
  throw new ProfilerError(
    'target-held',
    EXIT.attachFailed,
    `Another debugger has stopped ${facts.name} (process ${facts.pid}) at a breakpoint.`,
    'Let the program continue there, or disconnect that debugger. Then try again.',
  );
}

function turns(session: InspectorSession): Promise<boolean> {
  const params = { expression: TURN, awaitPromise: true };
  return session.call('Runtime.evaluate', params, { deadlineMs: TURN_WITHIN_MS }).then(
    () => true,
    () => false,
  );
}

/** V8 tells it to whoever enables the debugger meanwhile, before it answers. Our own never stops the program. */
async function isHeld(session: InspectorSession): Promise<boolean> {
  const call = (method: string, params: object = {}): Promise<unknown> =>
    session.call(method, params, { deadlineMs: TOLD_WITHIN_MS });
  let held = false;
  const off = session.on('Debugger.paused', () => {
    held = true;
  });
  try {
    await call('Debugger.setSkipAllPauses', { skip: true });
    await call('Debugger.enable');
    return held;
  } catch {
    // Whatever is wrong with it shows in what comes next.
    return false;
  } finally {
    off();
    await call('Debugger.disable').catch(() => {});
  }
}
