import { sizeOfFile } from '../files/regular-file.ts';
import type { CallCounts } from '../model/call-counts.ts';
import type { CodeOfRun, ScriptCode } from '../model/script-code.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { CodeAnswer, CodeRequest } from './code-worker.ts';
import { readOwnRoom } from './memory-room.ts';
import { scriptPath } from './read-source-map.ts';
import { hasRoomToParse, WorkerDesk } from './worker-desk.ts';

/** A bundle of 5 MB takes three seconds, and many times that on a busy machine. */
const DEADLINE_MS = 30_000;
/** The service's own scripts come first; of a program with thousands of packages the rest is left out. */
const LONGEST_MS: Milliseconds = 30_000;
const MOST_BYTES: Bytes = 32 * 1024 * 1024;

/** Text and map of a script that was translated while it was loaded. */
export type Translated = NonNullable<CodeRequest['translated']>;

export interface CodeSources {
  readonly urls: readonly string[];
  /** Before paths of the target: see `TargetFiles`. */
  readonly root: string;
  /** By path. */
  readonly translated: ReadonlyMap<string, Translated>;
  /** Null if calls were not counted. */
  readonly counts: CallCounts | null;
  readonly nowMs: () => Milliseconds;
  readonly roomBytes?: () => Bytes;
}

/** Reads what the scripts of a target do with what they hold, within some seconds and the memory that is there. */
export async function readCodeOfScripts(sources: CodeSources): Promise<CodeOfRun> {
  const { urls, root, translated, counts, nowMs, roomBytes = readOwnRoom } = sources;
  const desk = new WorkerDesk<CodeRequest, CodeAnswer>(new URL('./code-worker.js', import.meta.url), DEADLINE_MS);
  const scripts: ScriptCode[] = [];
  const seen = new Set<string>();
  const untilMs = nowMs() + LONGEST_MS;
  let bytesLeft = MOST_BYTES;
  let leftOut = 0;
  try {
    for (const url of [...urls].sort((a, b) => Number(isOfPackage(a)) - Number(isOfPackage(b)))) {
      const path = scriptPath(url);
      if (path === null || seen.has(path)) continue;
      seen.add(path);
      const bytes = translated.get(path)?.text.length ?? sizeOfFile(root + path);
      if (bytes === null) continue;
      if (bytes > bytesLeft || nowMs() > untilMs || !hasRoomToParse(bytes, roomBytes())) {
        leftOut++;
        continue;
      }
      bytesLeft -= bytes;
      const request = {
        url,
        path,
        root,
        translated: translated.get(path) ?? null,
        isOwn: !isOfPackage(url),
        counts: counts?.scripts.get(path) ?? null,
      };
      const code = await desk.ask(request);
      if (code && (code.statements.length > 0 || code.flows.length > 0)) scripts.push(code);
    }
  } finally {
    await desk.close();
  }
  const counted = counts && { startMonoMs: counts.startMonoMs, durationMs: counts.durationMs };
  return { schema: 'profiler-code/1', scripts, leftOut, ...(counted ? { counted } : {}) };
}

function isOfPackage(url: string): boolean {
  return url.includes('/node_modules/');
}
