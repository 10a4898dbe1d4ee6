import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { poll } from '../../src/target/poll.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

export type Ending = 'graceful' | 'exit' | 'default' | 'natural' | 'throw';
export const ENDINGS: readonly Ending[] = ['graceful', 'exit', 'default', 'natural', 'throw'];

/** A command of ours that is attached while the service ends. */
export interface Watcher {
  readonly name: string;
  readonly words: (service: RunningService, folder: string) => readonly string[];
  /** On either stream, when it is attached and at work. */
  readonly ready: RegExp;
  readonly settleMs: number;
  /** Of small objects in the service: what makes a snapshot last. */
  readonly objects?: number;
  /** The service stands still when it is told to end: what counts begins when it hears of it. */
  readonly inMidst?: boolean;
}

const pid = (service: RunningService): readonly string[] => ['--pid', String(service.pid)];
const SCENARIO = 'test/targets/scenarios/ending.yaml';
const soak = (service: RunningService, folder: string): string[] => [
  ...['soak', ...pid(service), '--seconds', '60'],
  ...['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')],
];
const drive = (service: RunningService): string[] => ['--scenario', SCENARIO, '--url', service.baseUrl];
const snapshot = (service: RunningService, folder: string): string[] => [
  ...['heap', 'snapshot', ...pid(service)],
  ...['--force', '--out', join(folder, 'one.heapsnapshot')],
];

export const WATCHERS: readonly Watcher[] = [
  { name: 'soak, watched', words: soak, ready: /attached to/, settleMs: 500 },
  {
    name: 'soak, driven',
    words: (service, folder) => [...soak(service, folder), ...drive(service)],
    ready: /attached to/,
    settleMs: 2_000,
  },
  { name: 'top', words: (service) => ['top', ...pid(service), '--json'], ready: /"perSecond"/, settleMs: 100 },
  {
    name: 'cpu',
    words: (service, folder) => ['cpu', ...pid(service), '--out', join(folder, 'one')],
    ready: /profiling/,
    settleMs: 500,
  },
  {
    name: 'heap snapshot, in the midst',
    words: snapshot,
    ready: /be paused/,
    settleMs: 150,
    objects: 300_000,
    inMidst: true,
  },
  {
    name: 'load --port',
    words: (service) => ['load', SCENARIO, '--port', String(service.port), '--url', service.baseUrl, '--json'],
    ready: /Debugger attached[\s\S]*Debugger attached/,
    settleMs: 1_500,
  },
];

/** What an exit may take longer because we are attached. */
export const LIMIT_MS = 200;

export interface MeasuredExit {
  /** From the signal, or the request, until the process was gone. */
  readonly totalMs: number;
  /** From the moment at which the service itself began to end; as above where it had no chance to tell. */
  readonly ownMs: number;
  readonly exit: number | NodeJS.Signals;
  /** What the tool wrote. */
  readonly words: string;
}

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PATIENCE_MS = 15_000;
/** Until a command is at work, on a busy machine. */
const READY_PATIENCE_MS = 60_000;
/** V8 cannot stop within a snapshot: on a busy machine that alone may last longer than an exit may. */
const PATIENCE_IN_MIDST_MS = 90_000;

/** Ends a service while one of our commands is attached to it, or none, and says how long it took to be gone. */
export async function measureExit(options: {
  readonly binary: string;
  readonly by: Ending;
  readonly watcher: Watcher | null;
  readonly args?: readonly string[];
  /** Sent to the tool before the service is told to end. */
  readonly signalTool?: NodeJS.Signals;
}): Promise<MeasuredExit> {
  const { binary, by, watcher, args = [], signalTool } = options;
  const objects = watcher?.objects ? ['--objects', String(watcher.objects)] : [];
  const service = await spawnService('test/targets/attach/ending.mjs', {
    nodePath: binary,
    args: ['--by', by, ...args, ...objects],
  });
  const folder = mkdtempSync(join(tmpdir(), 'profiler-exit-'));
  const tool = watcher && startTool(watcher.words(service, folder));
  try {
    await fetch(`${service.baseUrl}/health`, { headers: { connection: 'close' } });
    if (watcher && tool) {
      const isReady = (): true | null => (watcher.ready.test(tool.words() + service.stderr()) ? true : null);
      if (!(await poll(isReady, READY_PATIENCE_MS))) throw new Error(`${watcher.name} is not at work: ${tool.words()}`);
      if (signalTool) tool.signal(signalTool);
      await sleep(watcher.settleMs);
    }
    const patienceMs = watcher?.inMidst ? PATIENCE_IN_MIDST_MS : PATIENCE_MS;
    return { ...(await endIt(service, by, patienceMs)), words: tool?.words() ?? '' };
  } finally {
    await service.stop('SIGKILL');
    await tool?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The time that counts of an exit that a command was attached to. */
export function countedMs({ inMidst = false }: Watcher, { totalMs, ownMs }: MeasuredExit): number {
  return inMidst ? ownMs : totalMs;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function endIt(service: RunningService, by: Ending, patienceMs: number): Promise<Omit<MeasuredExit, 'words'>> {
  const { child } = service;
  let startMs = performance.now();
  let endingMs: number | null = null;
  child.stdout?.on('data', (text) => {
    if (String(text).includes('ending')) endingMs ??= performance.now();
  });
  const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  if (by === 'natural') await fetch(`${service.baseUrl}/finish`, { headers: { connection: 'close' } });
  else {
    startMs = performance.now();
    child.kill('SIGTERM');
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const [code, signal] = await gone;
  clearTimeout(timer);
  const endMs = performance.now();
  return { totalMs: endMs - startMs, ownMs: endMs - (endingMs ?? startMs), exit: signal ?? code ?? 0 };
}

interface Tool {
  words(): string;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
}

function startTool(words: readonly string[]): Tool {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      said += text;
    });
  }
  const gone = once(child, 'exit');
  return {
    words: () => said,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
