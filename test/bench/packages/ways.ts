import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pidusage from 'pidusage';
import { createHostClock } from '../../../src/capture/host-clock.ts';
import { recordClinic } from '../../../src/session/record-clinic.ts';
import { recordCpu } from '../../../src/session/record-cpu.ts';
import { takeOneSnapshot } from '../../../src/session/take-one-snapshot.ts';
import { attach } from '../../../src/target/attach.ts';
import type { Attachment } from '../../../src/target/attachment.ts';
import { readProcessFacts } from '../../../src/target/process-facts.ts';
import { interopPackage } from '../../helpers/interop-packages.ts';
import { type Cost, serve } from './serve.ts';

/** One way to do a thing, measured once. */
export interface Way {
  readonly name: string;
  readonly once: () => Promise<Cost>;
}

/** Ways to do the same: the first is what the others are held against. */
export interface Group {
  readonly name: string;
  readonly ways: readonly Way[];
}

const WINDOW_MS = 4_000;
const OBJECTS = '200000';
const SAMPLES = 400;
const major = Number(process.versions.node.split('.')[0]);
const clock = createHostClock();

const cpuOptions = () => ({
  ...{ durationMs: WINDOW_MS, intervalUs: 1_000, maxPauseMs: 60_000, name: `bench ${clock.monoMs()}`, clock },
  ...{ stop: new AbortController().signal, note: () => {} },
});

/** In a service of its own each time, under load meanwhile. */
async function underLoad(
  during: (pid: number) => Promise<unknown>,
  { by = [], args = [] }: { readonly by?: readonly string[]; readonly args?: readonly string[] } = {},
): Promise<Cost> {
  const service = await serve(by, args);
  try {
    // Optimised code, and a heap that has its size.
    await service.measure(() => sleep(1_000));
    return await service.measure(() => during(service.pid));
  } finally {
    await service.stop();
  }
}

async function attached<Value>(pid: number, action: (attachment: Attachment) => Promise<Value>): Promise<Value> {
  const facts = readProcessFacts(pid);
  if (!facts) throw new Error('the service has ended');
  const attachment = await attach(facts);
  try {
    return await action(attachment);
  } finally {
    await attachment.detach();
  }
}

const snapshot = (pid: number, folder: string | null): Promise<unknown> =>
  attached(pid, (attachment) =>
    takeOneSnapshot(attachment, {
      ...{ path: `bench-${pid}.heapsnapshot`, maxPauseMs: null, force: true, clock, onEstimate: () => {} },
      addon: folder === null ? null : { folder },
    }),
  );

const bin = (name: string): string => join(interopPackage(name).folder, 'node_modules', '.bin', name);
const addon = (name: string): { readonly folder: string } => ({ folder: interopPackage(name, major).path });

/** So many samples of this process: CPU of whoever samples. */
async function sampling(sample: () => Promise<unknown> | unknown): Promise<Cost> {
  await sample();
  const before = process.cpuUsage();
  for (let at = 0; at < SAMPLES; at += 1) await sample();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000 / SAMPLES, pauseMs: Number.NaN, extraBytes: Number.NaN };
}

/** A process that reads a command line: its CPU and its peak. */
async function starting(script: string): Promise<Cost> {
  const print = 'process.stdout.write(JSON.stringify({ ...process.resourceUsage(), ...process.cpuUsage() }))';
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `${script}; ${print}`, '--', '--port=3000'],
    {
      encoding: 'utf8',
    },
  );
  const { user, system, maxRSS } = JSON.parse(stdout) as { user: number; system: number; maxRSS: number };
  return { cpuMs: (user + system) / 1000, pauseMs: Number.NaN, extraBytes: maxRSS * 1024 };
}

export const GROUPS: readonly Group[] = [
  {
    name: 'CPU profile, 1 ms, 4 s',
    ways: [
      { name: 'nothing', once: () => underLoad(() => sleep(WINDOW_MS)) },
      {
        name: 'inspector (default)',
        once: () => underLoad((pid) => attached(pid, (it) => recordCpu(it, cpuOptions()))),
      },
      {
        name: 'v8-profiler-next',
        once: () =>
          underLoad((pid) =>
            attached(pid, (it) => recordCpu(it, { ...cpuOptions(), addon: addon('v8-profiler-next') })),
          ),
      },
      { name: '0x', once: () => underLoad(() => sleep(WINDOW_MS), { by: [bin('0x'), '--collect-only', '--'] }) },
    ],
  },
  {
    name: 'what Clinic reads, 4 s',
    ways: [
      { name: 'nothing', once: () => underLoad(() => sleep(WINDOW_MS)) },
      { name: 'cpu --clinic', once: () => underLoad((pid) => attached(pid, (it) => recordClinic(it, cpuOptions()))) },
      {
        name: 'clinic doctor',
        once: () => underLoad(() => sleep(WINDOW_MS), { by: [bin('clinic'), 'doctor', '--collect-only', '--'] }),
      },
    ],
  },
  {
    name: 'heap snapshot, 200,000 objects',
    ways: [
      {
        name: 'inspector (default)',
        once: () => underLoad((pid) => snapshot(pid, null), { args: ['--objects', OBJECTS] }),
      },
      {
        name: 'heapdump',
        once: () => underLoad((pid) => snapshot(pid, addon('heapdump').folder), { args: ['--objects', OBJECTS] }),
      },
    ],
  },
  {
    name: 'one sample of CPU and memory',
    ways: [
      {
        name: '/proc',
        once: () =>
          sampling(() => ['stat', 'status'].map((file) => readFileSync(`/proc/${process.pid}/${file}`, 'utf8'))),
      },
      { name: 'pidusage', once: () => sampling(() => pidusage(process.pid, { maxage: 10_000 })) },
    ],
  },
  {
    name: 'reading a command line',
    ways: [
      {
        name: 'util.parseArgs',
        once: () =>
          starting(`import { parseArgs } from 'node:util'; parseArgs({ options: { port: { type: 'string' } } })`),
      },
      {
        name: 'yargs',
        once: () =>
          starting(`import yargs from 'yargs'; yargs(['--port=3000']).option('port', { type: 'number' }).parse()`),
      },
    ],
  },
];
