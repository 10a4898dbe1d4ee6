import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { connectInspector } from './connect-inspector.ts';
import { takeIn } from './inspector-error.ts';
import { targetGone } from './open-inspector.ts';
import type { OpenInspector } from './probe-inspector.ts';
import { isSameProcess, type ProcessFacts } from './process-facts.ts';
import type { InspectorSession } from './session.ts';

export interface Connection {
  readonly session: InspectorSession;
  readonly inspector: OpenInspector;
  readonly nodeVersion: string;
}

interface Self {
  readonly pid: number;
  readonly version: string;
}

/**
 * Connects, and makes sure that who answers is the process that was meant. Rejects with a ProfilerError (exit 3). `first`
 * is evaluated by the first message, in the process that was meant alone.
 */
export async function connectVerified(
  facts: ProcessFacts,
  inspector: OpenInspector,
  first: string | null = null,
): Promise<Connection> {
  const session = await connectInspector(inspector.url);
  try {
    const whoAreYou = '({ pid: process.pid, version: process.version })';
    const answer = await (first === null
      ? session.evaluate<Self>(whoAreYou)
      : session.evaluateInTurn<Self>(`(process.pid === ${facts.pidInside} && (${first}), ${whoAreYou})`));
    const self = takeIn('Runtime.evaluate', () => ({ pid: Number(answer.pid), version: String(answer.version) }));
    if (!isSameProcess(facts)) throw targetGone(facts.pid);
    if (self.pid !== facts.pidInside) throw wrongProcess(facts, inspector, self.pid);
    return { session, inspector, nodeVersion: self.version };
  } catch (error) {
    session.disconnect();
    throw error;
  }
}

export function wrongProcess(facts: ProcessFacts, { port }: OpenInspector, pid: number): ProfilerError {
  return new ProfilerError(
    'target-identity',
    EXIT.attachFailed,
    `On port ${port} process ${pid} answered instead of ${facts.pidInside}.`,
    'Nothing was changed there. Try again, or name the inspector: --inspect HOST:PORT',
  );
}
