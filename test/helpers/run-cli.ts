import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MemoryGroup } from './memory-group.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** In place of Node itself: starts it inside of a control group. */
  readonly start?: MemoryGroup['start'];
  /** Called with the pid of the running tool: to signal it. */
  readonly onStart?: (pid: number, stderr: () => string, stdout: () => string) => void;
}

/** Runs the real command line in a process of its own. */
export function runCli(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const { nodePath, nodeArgs } = options.start ?? { nodePath: process.execPath, nodeArgs: [] };
    const child = spawn(nodePath, [...nodeArgs, MAIN, ...words], {
      cwd: options.cwd ?? process.cwd(),
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    options.onStart?.(
      child.pid ?? 0,
      () => stderr,
      () => stdout,
    );
  });
}
