import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { attach } from '../../src/target/attach.ts';
import { connectInspector } from '../../src/target/connect-inspector.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import type { InspectorSession } from '../../src/target/session.ts';

export interface InspectedChild {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly startTicks: number;
  readonly folder: string;
  readonly session: InspectorSession;
  /** A further connection to the same inspector. */
  connect(): Promise<InspectorSession>;
  /** What the program printed first, to say that it is ready. */
  readonly firstLine: string;
}

interface ChildOptions {
  readonly node?: string;
  readonly file?: string;
  /** Options of Node. */
  readonly flags?: readonly string[];
}

/** Runs a program as a Node process of its own, its inspector on a free port, waits for its first line and attaches. */
export async function startInspected(
  t: Pick<TestContext, 'after'>,
  program: string,
  options: ChildOptions = {},
): Promise<InspectedChild> {
  const folder = mkdtempSync(join(tmpdir(), 'capture-test-'));
  const file = join(folder, options.file ?? 'service.cjs');
  writeFileSync(file, program);
  const child = spawn(options.node ?? process.execPath, ['--inspect=127.0.0.1:0', ...(options.flags ?? []), file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  child.stderr.resume();
  // The inspector is open before there is a context to evaluate in: wait for the program itself.
  const [firstLine] = (await once(lines, 'line')) as [string];
  const facts = readProcessFacts(child.pid!);
  if (!facts) throw new Error('the target has ended');
  const attachment = await attach(facts);
  t.after(() => attachment.session.disconnect());
  return {
    child,
    pid: facts.pid,
    startTicks: facts.startTicks,
    folder,
    session: attachment.session,
    connect: async () => {
      const further = await connectInspector(attachment.inspector.url);
      t.after(() => further.disconnect());
      return further;
    },
    firstLine,
  };
}
