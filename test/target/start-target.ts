import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** With a channel to its parent, as `fork` gives one. */
  readonly ipc?: boolean;
}

/** Starts a program of test/targets/attach as a process of its own and waits for its `ready PORT`; killed after the test. */
export async function startTarget(
  context: TestContext,
  script: string,
  { binary = process.execPath, nodeFlags = [], args = [], env = {}, ipc = false }: StartOptions = {},
): Promise<StartedTarget> {
  const child = spawn(binary, [...nodeFlags, `test/targets/attach/${script}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  context.after(() => killAndWait(child));
  const { stdout: out, stderr: err } = child;
  if (!out || !err) throw new Error(`${script} has no output`);
  let stdout = '';
  let stderr = '';
  err.on('data', (text) => {
    stderr += text;
  });
  const port = await new Promise<number>((resolve, reject) => {
    out.on('data', (text) => {
      stdout += text;
      const ready = /ready (\d+)/.exec(stdout);
      if (ready) resolve(Number(ready[1]));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready: ${stderr}`)));
  });
  return { facts: factsOf(child), port, child, stdout: () => stdout, stderr: () => stderr };
}

/** Another instance of the tool that attaches to the same process; killed after the test. */
export async function startAttacher(
  context: TestContext,
  { pid }: Pick<ProcessFacts, 'pid'>,
  tickMs?: number,
  script = 'attach-and-wait.js',
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const program = join(import.meta.dirname, script);
  const parameters = [program, String(pid), ...(tickMs === undefined ? [] : [String(tickMs)])];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => killAndWait(child));
  const [text] = await once(child.stdout, 'data');
  return { child, port: Number(/attached (\d+)/.exec(String(text))?.[1]) };
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
