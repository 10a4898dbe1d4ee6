import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceCollector } from '../../src/capture/source-collector.ts';
import { scriptNames } from '../../src/format/script-names.ts';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import type { ScriptNames } from '../../src/model/original-names.ts';
import { growthOf } from '../../src/snapshot-stream/growth-of.ts';
import { findScriptUrls } from '../../src/soak/find-script-urls.ts';
import type { ProgramFiles } from './programs.ts';

const ROUNDS = 4;
/** Of each round, where the holder does not say otherwise; the first has half as many. */
export const REQUESTS = 300;

/** Starts the service, sends real requests, and compares the heap snapshots that V8 wrote on a signal after each round. */
export async function growthOfProgram(files: ProgramFiles, node: string, requests: number): Promise<HeapGrowth> {
  const folder = mkdtempSync(join(tmpdir(), 'naming-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const [main] = Object.keys(files);
    const heaps = join(folder, 'heaps');
    mkdirSync(heaps);
    const sink = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    const child = spawn(node, ['--heapsnapshot-signal=SIGUSR2', join(folder, main!)], {
      cwd: heaps,
      env: { ...process.env, SINK_PORT: String((sink.address() as AddressInfo).port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    try {
      const port = await portOf(child);
      const snapshots: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await send(agent, port, round === 0 ? requests / 2 : requests);
        child.kill('SIGUSR2');
        snapshots.push(await finished(heaps, round + 1, port));
      }
      const counts = snapshots.map((_, round) => requests / 2 + round * requests);
      const idEpochs = snapshots.map(() => 'one');
      return await growthOf(snapshots, { requests: counts, idEpochs, scripts: await namesOf(snapshots, heaps) });
    } finally {
      sink.close();
      agent.destroy();
      child.kill('SIGKILL');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The port that the program prints when it listens. Throws if it ends before. */
async function portOf(child: ChildProcessByStdio<null, Readable, null>): Promise<number> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the program ended with code ${code} before it listened`);
  });
  const [text] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  return Number(String(text));
}

/** As a soak keeps them beside its snapshots, and as a report reads them. */
async function namesOf(snapshots: readonly string[], folder: string): Promise<readonly ScriptNames[]> {
  const sources = join(folder, 'sources');
  mkdirSync(sources);
  const collector = new SourceCollector({
    pid: () => process.pid,
    folder: sources,
    onUnusable: assert.fail,
    names: true,
  });
  const scripts = await collector.collect(await findScriptUrls(snapshots.at(-1)!));
  const maps = new Map(readdirSync(sources).map((name) => [name, readFileSync(join(sources, name), 'utf8')]));
  return scriptNames(scripts, maps);
}

async function send(agent: Agent, port: number, count: number): Promise<void> {
  // The service may close what was idle while its heap was written.
  agent.destroy();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask(agent, port);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

async function ask(agent: Agent | false, port: number, path = '/orders'): Promise<void> {
  const request = get({ agent, port, host: '127.0.0.1', path });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
}

/**
 * The service is paused while it writes the file: what it answers to a request that came meanwhile, on a connection of
 * its own, it answers after the last byte.
 */
async function finished(folder: string, count: number, port: number): Promise<string> {
  for (;;) {
    await sleep(60);
    const files = readdirSync(folder).sort();
    if (files.filter((name) => name.endsWith('.heapsnapshot')).length < count) continue;
    const file = join(folder, files.at(-1)!);
    if (statSync(file).size === 0) continue;
    await ask(false, port, '/none');
    return file;
  }
}
