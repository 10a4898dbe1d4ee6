import { RunCode } from '../../src/analysis/code/run-code.ts';
import { readCode } from '../../src/format/code/read-code.ts';
import type { SourcePlace } from '../../src/model/profiles.ts';
import type { ScriptCode } from '../../src/model/script-code.ts';

const ROOT = 'file:///srv/';

/** Scripts of a service below /srv, without source maps, by their paths there. */
export function scriptsOf(files: Readonly<Record<string, string>>): ScriptCode[] {
  return Object.entries(files).map(([name, text]) =>
    readCode({ url: `${ROOT}${name}`, text, map: null, sourceText: () => null, isOwn: true }),
  );
}

/** Places of these scripts as they stand. */
export function placeInService(url: string, line0: number, column0: number, name: string): SourcePlace {
  return { file: url.replace(ROOT, ''), line: line0 + 1, column: column0 + 1, function: name, package: null };
}

export function codeOf(files: Readonly<Record<string, string>>): RunCode {
  return new RunCode({ schema: 'profiler-code/1', scripts: scriptsOf(files), leftOut: 0 }, placeInService, []);
}
