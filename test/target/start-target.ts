import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';

export interface StartedTarget {
  readonly facts: ProcessFacts;
  /** Port that it serves on; 0 where it serves nothing. */
  readonly port: number;
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
}

interface StartOptions {
  readonly binary?: string;
  readonly nodeFlags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a program of test/targets/attach as a process of its own and waits for its `ready PORT`; killed after the test. */
export async function startTarget(
  context: TestContext,
  script: string,
  { binary = process.execPath, nodeFlags = [], env = {} }: StartOptions = {},
): Promise<StartedTarget> {
  const child = spawn(binary, [...nodeFlags, `test/targets/attach/${script}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  context.after(() => killAndWait(child));
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      stdout += text;
      const ready = /ready (\d+)/.exec(stdout);
      if (ready) resolve(Number(ready[1]));
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready: ${stderr}`)));
  });
  return { facts: factsOf(child), port, child, stdout: () => stdout, stderr: () => stderr };
}

export function factsOf(child: ChildProcess): ProcessFacts {
  const facts = readProcessFacts(child.pid ?? 0);
  if (!facts) throw new Error('the target has ended');
  return facts;
}

export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
