import {
  FlattenMap,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  type TraceMap,
  traceSegment,
} from '@jridgewell/trace-mapping';
import { type OriginalFunction, readNames } from '../model/original-names.ts';
import type { PlaceOf, SourcePlace } from '../model/profiles.ts';
import type { ScriptRecord } from '../model/run-manifest.ts';
import { measureSourceMap, unusableMap } from '../model/source-map.ts';
import { packageInPath, relativePath, scriptPath } from './script-paths.ts';

interface Script {
  readonly path: string;
  readonly record: ScriptRecord | null;
  readonly map: TraceMap | null;
  /** Functions and classes that a compiler renamed, by the names that it gave. */
  readonly renamed: Renamed;
  /** By path of the source: a profile asks for the same few files a million times. */
  readonly files: Map<string, Pick<SourcePlace, 'file' | 'package'>>;
}

type Renamed = ReadonlyMap<string, readonly OriginalFunction[]>;

const UNMAPPED: Pick<Script, 'map' | 'renamed'> = { map: null, renamed: new Map() };

interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly name: string | null;
}

/** Of all maps together, decoded: half a gigabyte. */
const MOST_SEGMENTS = 4_000_000;

/**
 * Turns V8's positions into places of the source. `maps` holds source maps by their name in `sources/`; where there is
 * none, or none that can be read, the place is that in the script itself. Each map is decoded when it is first needed.
 * `note` is told of maps that are left out.
 */
export function createPlaceOf(
  scripts: readonly ScriptRecord[],
  maps: ReadonlyMap<string, string>,
  note: (text: string) => void = () => {},
): PlaceOf {
  let segmentsLeft = MOST_SEGMENTS;
  const mapOf = (record: ScriptRecord): Pick<Script, 'map' | 'renamed'> => {
    const map = readMap(maps.get(record.mapFile ?? ''), record.url, segmentsLeft);
    if (typeof map === 'string') note(unusableMap(record.url, map));
    if (map === null || typeof map === 'string') return UNMAPPED;
    segmentsLeft -= map.segments;
    return map;
  };
  const records = new Map(scripts.map((record) => [scriptPath(record.url), record]));
  const byUrl = new Map<string, Script>();
  const byPath = new Map<string, Script>();
  const load = (path: string): Script => {
    const record = records.get(path) ?? null;
    return { path, record, ...(record ? mapOf(record) : UNMAPPED), files: new Map() };
  };
  const scriptOf = (url: string): Script => {
    const known = byUrl.get(url);
    if (known !== undefined) return known;
    const path = scriptPath(url);
    const script = byPath.get(path) ?? load(path);
    byUrl.set(url, script);
    byPath.set(path, script);
    return script;
  };

  return (url, line0, column0, functionName, variable) => {
    if (url === '') return null;
    const script = scriptOf(url);
    const { path } = script;
    const at = (atLine0: number, atColumn0: number, name: string): SourcePlace => {
      const position =
        (script.map && mappedPosition(script, script.map, path, [atLine0, atColumn0, name])) ??
        ({ path, line: Math.max(-1, atLine0) + 1, column: Math.max(-1, atColumn0) + 1, name: null } satisfies Position);
      return placeAt(position, script, name);
    };
    const line = lineOf(script, variable);
    // It stands in no function.
    return line === null ? at(line0, column0, functionName) : { ...at(line - 1, 0, ''), function: '' };
  };
}

/** A program without package.json: what lies below the folder that it runs in is told from there. */
export function toldFromFolder(scripts: readonly ScriptRecord[], cwd: string): readonly ScriptRecord[] {
  const isBelow = (url: string): boolean => cwd.length > 1 && scriptPath(url).startsWith(`${cwd}/`);
  return scripts.map((script) =>
    script.packageRoot === null && isBelow(script.url) ? { ...script, packageRoot: cwd } : script,
  );
}

/** Where a variable of the module begins, from 1; null if the record does not know. */
function lineOf({ record }: Script, variable: string | undefined): number | null {
  const variables = record?.variables ?? {};
  return variable !== undefined && Object.hasOwn(variables, variable) ? (variables[variable] ?? null) : null;
}

function placeAt(position: Position, script: Script, functionName: string): SourcePlace {
  const { path, line, column } = position;
  const known = script.files.get(path) ?? fileOf(path, script);
  script.files.set(path, known);
  return {
    file: known.file,
    line,
    column,
    function: position.name ?? (functionName || '(anonymous)'),
    package: known.package,
  };
}

function fileOf(path: string, { path: scriptFile, record }: Script): Pick<SourcePlace, 'file' | 'package'> {
  return {
    file: record?.packageRoot ? relativePath(scriptPath(record.packageRoot), path) : path,
    package: packageOf(path, scriptFile, record),
  };
}

/**
 * `name@version` for what lies in `node_modules`, also when it was bundled into a script of the application (then the
 * map says where it came from, and the version is unknown). The application's own packages are null.
 */
function packageOf(path: string, scriptFile: string, record: ScriptRecord | null): string | null {
  const ofScript = packageInPath(scriptFile);
  const name = packageInPath(path) ?? ofScript;
  if (name === null) return null;
  const version = ofScript === name ? record?.packageVersion : null;
  return version ? `${name}@${version}` : name;
}

function mappedPosition(
  { renamed }: Pick<Script, 'renamed'>,
  map: TraceMap,
  scriptFile: string,
  [line0, column0, functionName]: readonly [line0: number, column0: number, functionName: string],
): Position | null {
  if (line0 < 0 || column0 < 0) return null;
  const needle = { line: line0 + 1, column: column0 };
  const before = originalPositionFor(map, needle);
  // A module's own function starts at column 0, before the first mapping of its line.
  const found = before.source === null ? originalPositionFor(map, { ...needle, bias: LEAST_UPPER_BOUND }) : before;
  // A map may name sources that it does not list, and lines before the first.
  if (typeof found.source !== 'string' || found.line < 1) return null;
  return {
    path: sourcePath(found.source, scriptFile),
    line: found.line,
    column: found.column + 1,
    name: originalName(map, line0, column0, functionName) ?? keptName(renamed, line0, column0, functionName),
  };
}

/** As it was found out with the text of the script: of a class, whose place is its constructor, the map has no name there. */
function keptName(renamed: Renamed, line0: number, column0: number, functionName: string): string | null {
  const isWithin = ({ start, end }: OriginalFunction): boolean =>
    (start.line0 < line0 || (start.line0 === line0 && start.column0 <= column0)) &&
    (end.line0 > line0 || (end.line0 === line0 && end.column0 >= column0));
  // Outer ones come first.
  return renamed.get(functionName)?.findLast(isWithin)?.name ?? null;
}

/**
 * The function's name before it was minified. V8's position of a function is its parameter list, so its identifier is
 * the mapping that begins just before it: `function a(` or `a=(`. A mapping anywhere else may carry the name of
 * another thing (a parameter, a variable of the line before) and is not taken.
 */
function originalName(map: TraceMap, line0: number, column0: number, functionName: string): string | null {
  const identifier = functionName.split('.').at(-1) ?? '';
  if (identifier === '') return null;
  for (const gap of [0, 1]) {
    const column = column0 - identifier.length - gap;
    const segment = column < 0 ? null : traceSegment(map, line0, column);
    if (segment?.length === 5 && segment[0] === column) return map.names[segment[4]] ?? null;
  }
  return null;
}

/** `webpack://orders/./src/a.ts` names a file of the project; other sources were resolved against the script's URL. */
function sourcePath(source: string, scriptFile: string): string {
  const bundled = /^[a-z][\w+.-]*:\/\/[^/]*\/(?:\.\/)?(.*)$/i.exec(source);
  if (bundled && !source.startsWith('file:')) return bundled[1]?.replace(/\?.*$/, '') || scriptFile;
  return scriptPath(source);
}

/** Null where there is none; a text that says why it is left out. It is measured before it is decoded. */
function readMap(
  text: string | undefined,
  scriptUrl: string,
  mostSegments: number,
): { readonly map: TraceMap; readonly renamed: Renamed; readonly segments: number } | string | null {
  if (text === undefined) return null;
  try {
    const json: unknown = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
    const size = measureSourceMap(json);
    if (typeof size === 'string') return size;
    if (size.segments > mostSegments) return 'with those of the other scripts, its mappings would fill the memory';
    // The map stands beside its script: sources are relative to it.
    const map = FlattenMap(json as Parameters<typeof FlattenMap>[0], scriptUrl);
    traceSegment(map, 0, 0);
    return { map, renamed: renamedIn(json), segments: size.segments };
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  }
}

function renamedIn(json: unknown): Renamed {
  const renamed = new Map<string, OriginalFunction[]>();
  const names = readNames((json as { readonly originalNames?: unknown }).originalNames);
  for (const one of names?.functions ?? []) {
    const known = renamed.get(one.minified);
    if (known) known.push(one);
    else renamed.set(one.minified, [one]);
  }
  return renamed;
}
