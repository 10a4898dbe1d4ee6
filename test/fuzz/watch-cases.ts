import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Finding {
  readonly reader: string;
  readonly index: number;
  readonly what: string;
}

export interface WatchOptions {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (index: number) => void;
}

const RUN_CASES = fileURLToPath(new URL('./run-cases.js', import.meta.url));
/** No case may take longer. A machine that is busy makes it longer: so much of waiting for a turn is borne. */
const DEADLINE_MS = 5_000;
/** Of one that does nothing: it waits for what never comes. */
const IDLE_DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 250;
const HEAP_MB = 400;
/** In memory where there is such a place: each case writes a file and opens it twice. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/**
 * Runs the cases of one reader in a process of its own, which is ended where a case hangs, and begun again behind a case that
 * it hung or died in. Returns what ended otherwise than it should.
 */
export async function watchCases(reader: string, options: WatchOptions): Promise<Finding[]> {
  const folder = mkdtempSync(join(SCRATCH, 'fuzz-'));
  const findings: Finding[] = [];
  try {
    for (let from = options.from; from < options.to; ) {
      const { ended, found, reason } = await runProcess(reader, { ...options, from }, folder);
      findings.push(...found);
      if (reason !== null) findings.push({ reader, index: ended, what: reason });
      from = reason === null ? ended : ended + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return findings;
}

interface Ended {
  /** The case that it was in, or the first one that it did not begin. */
  readonly ended: number;
  readonly found: Finding[];
  /** Null where it ended by itself. */
  readonly reason: string | null;
}

function runProcess(reader: string, { seed, from, to, onProgress }: WatchOptions, folder: string): Promise<Ended> {
  rmSync(join(folder, 'done'), { force: true });
  const parameters = [
    `--max-old-space-size=${HEAP_MB}`,
    '--enable-source-maps',
    RUN_CASES,
    reader,
    String(seed),
    String(from),
    String(to),
    folder,
  ];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  let last = -1;
  let isHung = false;
  let cpuAtStartMs = 0;
  let startMs = performance.now();
  const watch = setInterval(() => {
    const index = currentCase(folder);
    if (index !== last) {
      last = index;
      cpuAtStartMs = cpuMs(child.pid);
      startMs = performance.now();
      onProgress?.(index);
    } else if (cpuMs(child.pid) - cpuAtStartMs > DEADLINE_MS || performance.now() - startMs > IDLE_DEADLINE_MS) {
      isHung = true;
      child.kill('SIGKILL');
    }
  }, LOOK_EVERY_MS);
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(watch);
      const found = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Finding);
      const done = existsSync(join(folder, 'done')) ? Number(readFileSync(join(folder, 'done'), 'utf8')) : null;
      if (done !== null) resolve({ ended: done, found, reason: null });
      else {
        const how = isHung
          ? `no end after ${DEADLINE_MS} ms of CPU or ${IDLE_DEADLINE_MS} ms of waiting`
          : `ended with ${signal ?? `code ${code}`}: ${stderr}`;
        resolve({ ended: Math.max(from, currentCase(folder)), found, reason: how });
      }
    });
  });
}

function currentCase(folder: string): number {
  try {
    return readFileSync(join(folder, 'progress')).readDoubleLE(0);
  } catch {
    return -1;
  }
}

/** Of the process so far; a case that waits for its turn on a busy machine does not hang. */
function cpuMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return performance.now();
  }
}
