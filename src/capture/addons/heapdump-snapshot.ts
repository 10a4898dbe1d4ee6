import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { callInTarget } from '../../target/target-registry.ts';
import type { Sink } from '../part-file.ts';
import { readNodeCount, refuseOther, snapshotDeadlineMs, type TakeSnapshot } from '../take-snapshot.ts';
import { rootOf } from './find-addon.ts';
import { type AddonRequest, loadAddon } from './load-addon.ts';

const CHUNK_BYTES = 1024 * 1024;
const HEAD_CHARS = 64 * 1024;

/** Snapshots by an add-on in the service, which writes them itself. */
export interface HeapdumpBackend {
  readonly take: TakeSnapshot;
  /** Where it writes them first, as seen from here. */
  readonly folder: string;
  /** Takes the folder away again. The add-on stays. */
  remove(): Promise<void>;
}

/**
 * Loads heapdump and makes a folder for it that only the user of the service may enter: it writes files that everybody
 * may read, and a snapshot holds secrets. Throws a ProfilerError (exit 3) where it cannot be used.
 */
export async function prepareHeapdump(request: AddonRequest): Promise<HeapdumpBackend> {
  const { session, site } = request;
  const root = rootOf(site);
  if (root === null) throw elsewhere();
  const addon = await loadAddon('heapdump', request);
  const folder = await session.evaluateInTurn<string>(callInTarget(makeFolder));
  let count = 0;
  return {
    folder: `${root}${folder}`,
    take: async (from, { openSink, measure, estimatedPauseMs }) => {
      count += 1;
      const file = `${folder}/${count}.heapsnapshot`;
      const deadlineMs = snapshotDeadlineMs(estimatedPauseMs);
      const writing = (): Promise<unknown> => from.evaluateInTurn(callInTarget(writeTo, addon, file), { deadlineMs });
      try {
        const { cost } = await measure(writing);
        return { ...copyInto(openSink(), `${root}${file}`), cost };
      } finally {
        rmSync(`${root}${file}`, { force: true });
      }
    },
    remove: async () => {
      await session.evaluateInTurn(callInTarget(removeFolder));
    },
  };
}

function copyInto(sink: Sink, file: string): ReturnType<Sink['commit']> & { readonly nodes: number | null } {
  const descriptor = openSync(file, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let head = '';
    for (;;) {
      const read = readSync(descriptor, buffer, 0, CHUNK_BYTES, null);
      if (read === 0) break;
      const text = decoder.write(buffer.subarray(0, read));
      if (head.length < HEAD_CHARS) head += text.slice(0, HEAD_CHARS - head.length);
      sink.write(text);
    }
    refuseOther(head);
    return { ...sink.commit(), nodes: readNodeCount(head) };
  } catch (error) {
    sink.abandon();
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function elsewhere(): ProfilerError {
  return new ProfilerError(
    'addon-unusable',
    EXIT.attachFailed,
    'heapdump cannot be used: the service runs on another machine, where the file that it writes cannot be read.',
    'Leave out --heap-backend: the inspector sends the snapshot over the connection.',
  );
}

// What follows runs in the target.

type WithRegistry = Record<symbol, { readonly cleanups: Map<string, () => void> } | undefined>;

/** The watchdog takes it away where the tool cannot. */
function makeFolder(): string {
  const { mkdtempSync, rmSync } = require('node:fs') as typeof import('node:fs');
  const { tmpdir } = require('node:os') as typeof import('node:os');
  const folder = mkdtempSync(`${tmpdir()}/soak-profiler-`);
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  registry?.cleanups.set('heapdump', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function removeFolder(): void {
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  registry?.cleanups.get('heapdump')?.();
  registry?.cleanups.delete('heapdump');
}

function writeTo(addon: string, file: string): void {
  const { createRequire } = require('node:module') as typeof import('node:module');
  const { chmodSync } = require('node:fs') as typeof import('node:fs');
  const { writeSnapshot } = createRequire(`${addon}/package.json`)(addon) as {
    readonly writeSnapshot: (file: string) => boolean;
  };
  if (!writeSnapshot(file)) throw new Error(`heapdump could not write ${file}`);
  chmodSync(file, 0o600);
}
