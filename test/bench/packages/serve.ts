import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** What a stretch of load cost the service. */
export interface Cost {
  /** Of its process, a request. */
  readonly cpuMs: number;
  /** The longest time without a turn of the event loop. */
  readonly pauseMs: number;
  /** Resident memory at most, less that at the start of the stretch. */
  readonly extraBytes: number;
}

export interface Served {
  readonly pid: number;
  readonly folder: string;
  /** Sends requests for as long as `during` takes, and says what that cost. */
  measure(during: () => Promise<unknown>): Promise<Cost>;
  stop(): Promise<void>;
}

const SERVICE = resolve('test/bench/packages/service.mjs');
const CONNECTIONS = 4;

/** Starts the service: by itself, or by the words of a tool that starts what it looks at. */
export async function serve(by: readonly string[] = [], args: readonly string[] = []): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-packages-'));
  const [program = process.execPath, ...words] = [...by, process.execPath, SERVICE, ...args];
  const env = { ...process.env, NO_INSIGHT: '1' };
  const child = spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const { url, pid } = await readyLine(child);
  const get = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();
  return {
    pid,
    folder,
    measure: async (during) => {
      const { rssBytes } = JSON.parse(await get('/reset')) as { readonly rssBytes: number };
      const ended = new AbortController();
      const load = Array.from({ length: CONNECTIONS }, async () => {
        while (!ended.signal.aborted) await get('/');
      });
      await during();
      ended.abort();
      await Promise.all(load);
      const self = JSON.parse(await get('/self')) as Record<'cpuMs' | 'requests' | 'pauseMs' | 'peakBytes', number>;
      const extraBytes = self.peakBytes - rssBytes;
      return { cpuMs: self.cpuMs / Math.max(1, self.requests), pauseMs: self.pauseMs, extraBytes };
    },
    stop: async () => {
      const gone = once(child, 'exit');
      process.kill(pid, 'SIGINT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function readyLine(child: ChildProcess): Promise<{ readonly url: string; readonly pid: number }> {
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"listening"')) continue;
    const { listening, pid } = JSON.parse(line) as { listening: { host: string; port: number }; pid: number };
    child.stdout.resume();
    return { url: `http://${listening.host}:${listening.port}`, pid };
  }
  throw new Error('the service ended before it was ready');
}
