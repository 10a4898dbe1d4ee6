import { parentPort } from 'node:worker_threads';
import { FlattenMap } from '@jridgewell/trace-mapping';
import { readRegularFileSync } from '../files/regular-file.ts';
import { readCode } from '../format/code/read-code.ts';
import type { ScriptCounts } from '../model/call-counts.ts';
import type { ScriptCode } from '../model/script-code.ts';
import { redactSource, redactSourceLine } from '../redact/redact-source.ts';
import { parseSourceMap, readRawMap, scriptPath } from './read-source-map.ts';

export interface CodeRequest {
  readonly url: string;
  /** The path as the target sees it, and its path from here. */
  readonly path: string;
  readonly root: string;
  /** What was run, where that stands in no file, with the map that it was run by. */
  readonly translated: { readonly text: string; readonly map: string | null } | null;
  readonly isOwn: boolean;
  readonly counts: ScriptCounts | null;
}

export type CodeAnswer = ScriptCode | null;

/** A larger script takes a minute to parse, and a gigabyte. */
const MAX_SCRIPT_BYTES = 24 * 1024 * 1024;
const MAX_SOURCE_BYTES = 4 * 1024 * 1024;

function codeOf({ url, path, root, translated, isOwn, counts }: CodeRequest): CodeAnswer {
  try {
    const toHostPath = (inside: string): string => root + inside;
    const textOf = (file: string, maxBytes: number): string =>
      readRegularFileSync(toHostPath(file), { maxBytes }).toString('utf8');
    const raw = translated ? loadedMap(translated.map, path) : readRawMap(path, toHostPath);
    const code = readCode({
      url,
      text: translated?.text ?? textOf(path, MAX_SCRIPT_BYTES),
      map: raw && FlattenMap(raw.json as Parameters<typeof FlattenMap>[0], raw.path),
      sourceText: (source) => {
        const file = scriptPath(source);
        if (file === null) return null;
        try {
          return textOf(file, MAX_SOURCE_BYTES);
        } catch {
          return null;
        }
      },
      isOwn,
      ...(counts ? { counts } : {}),
    });
    return withoutSecrets(code);
  } catch {
    // No JavaScript, or gone meanwhile.
    return null;
  }
}

function loadedMap(text: string | null, path: string): { readonly json: unknown; readonly path: string } | null {
  return text === null ? null : { json: parseSourceMap(Buffer.from(text), path), path };
}

/** Lines of a program are kept for people: passwords in them are not. */
function withoutSecrets(code: ScriptCode): ScriptCode {
  const seen = new Map<string, string>();
  const shown = (line: string): string => {
    let result = seen.get(line);
    if (result === undefined) {
      result = redactSourceLine(line, null);
      seen.set(line, result);
    }
    return result;
  };
  return {
    ...code,
    calls: code.calls.map((call) => (call.excerpt === null ? call : { ...call, excerpt: shown(call.excerpt) })),
    statements: code.statements.map((one) => ({
      ...one,
      text: { ...one.text, excerpt: shown(one.text.excerpt), lines: redactSource(one.text.lines) },
    })),
  };
}

parentPort?.on('message', (request: CodeRequest) => parentPort?.postMessage(codeOf(request) satisfies CodeAnswer));
