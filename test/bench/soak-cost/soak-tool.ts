import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CliResult, runCli } from '../../helpers/run-cli.ts';

/** `profiler soak` in a process of its own, as a user runs it. */
export interface SoakTool {
  readonly pid: number;
  readonly runDir: string;
  /** Waits for words on its stderr; throws when it ends without them. */
  said(words: RegExp): Promise<RegExpExecArray>;
  /** Ctrl-C, unless it has ended, and its last word. Throws on an exit code that is not of a finished run. */
  interrupt(): Promise<void>;
  ended(): Promise<CliResult>;
  /** Takes its folders away. */
  clean(): void;
}

/** Passed, gate failed, not enough data, stopped by the user: the run was recorded and analysed. */
const FINISHED = [0, 1, 5, 130];

export function startSoakTool(words: readonly string[], env: NodeJS.ProcessEnv = {}): SoakTool {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-bench-'));
  const runDir = join(folder, 'run');
  let pid = 0;
  let stderr = (): string => '';
  let result: CliResult | null = null;
  const ending = runCli(['soak', ...words, '--out', runDir, '--report-dir', join(folder, 'report')], {
    env,
    onStart: (startedPid, readStderr) => {
      pid = startedPid;
      stderr = readStderr;
    },
  }).then((ended) => {
    result = ended;
    return ended;
  });
  const ended = async (): Promise<CliResult> => {
    const last = await ending;
    if (!FINISHED.includes(last.code ?? -1)) throw new Error(`profiler soak ended with ${last.code}: ${last.stderr}`);
    return last;
  };
  return {
    pid,
    runDir,
    ended,
    async said(words) {
      for (;;) {
        const found = words.exec(stderr());
        if (found) return found;
        if (result) throw new Error(`profiler soak ended before it said ${words}: ${stderr()}`);
        await sleep(100);
      }
    },
    async interrupt() {
      if (!result) process.kill(pid, 'SIGINT');
      await ended();
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  };
}
