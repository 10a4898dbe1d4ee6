import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import { diedOf } from '../target/explain-failure.ts';
import { poll } from '../target/poll.ts';
import { isSameProcess, type ProcessFacts } from '../target/process-facts.ts';
import { causeOfEnd } from './cause-of-end.ts';
import { type Instruments, setUpInstruments, watchFromOutside } from './instruments.ts';
import type { SoakTarget } from './soak-target.ts';

export type FirstAttach = Parameters<typeof setUpInstruments>[2] & { readonly stop: AbortSignal };

const SET_UP_ATTEMPTS = 3;
const GONE_WITHIN_MS = 500;

/**
 * A night is not given up for one inspector that closed while the instruments were set up: nothing has been recorded
 * yet, so all is undone and begun again. Throws a ProfilerError: exit 3 when it does not answer, 4 when it is gone.
 */
export async function attachFirst(
  target: SoakTarget,
  attach: NonNullable<SoakTarget['attach']>,
  options: FirstAttach,
): Promise<Instruments> {
  const { process, ended } = target;
  const outside = process && watchFromOutside(process, options);
  for (let attempt = 1; ; attempt += 1) {
    let attachment: Attachment | null = null;
    try {
      attachment = await attach(process);
      return await setUpInstruments(attachment, 0, options);
    } catch (error) {
      // A refusal is reported at once.
      const patienceMs = attachment || (error as Error).cause ? GONE_WITHIN_MS : 0;
      if (process && (await isGone(process, patienceMs))) {
        const cause = await causeOfEnd(outside, ended);
        throw cause === null ? error : diedOf(process, cause, error);
      }
      const isExiting = attachment?.session.end?.cause === 'target-exiting';
      const isLost = attachment !== null && error instanceof ProfilerError && error.exitCode === EXIT.targetLost;
      if (isExiting || !isLost || attempt === SET_UP_ATTEMPTS || options.stop.aborted) throw error;
      options.log.event({ type: 'note', detail: `attaching again, the inspector was lost: ${error.message}` });
    }
  }
}

/** One that dies closes its connections a moment before it is gone. */
async function isGone(process: ProcessFacts, patienceMs: Milliseconds): Promise<boolean> {
  return (await poll(() => (isSameProcess(process) ? null : true), patienceMs)) !== null;
}
