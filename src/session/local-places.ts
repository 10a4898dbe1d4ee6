import { posix } from 'node:path';
import { findPackage, type PackageFacts } from '../capture/find-package.ts';
import { readSourceMap, scriptPath, type ToHostPath, UnusableSourceMap } from '../capture/read-source-map.ts';
import { scanScript } from '../capture/scan-script.ts';
import { createPlaceOf } from '../cpu/place-of.ts';
import type { PlaceOf } from '../model/profiles.ts';
import type { ScriptRecord } from '../model/run-manifest.ts';
import { type StrippedSourceMap, unusableMap } from '../model/source-map.ts';

/**
 * Maps lines of scripts that are on this machine, by the source maps beside them; the lines of others stay as they are.
 * `note` is called for maps that are left out. `variables`: the scripts are read for the lines of their modules' variables
 * too.
 */
export function localPlaces(
  urls: Iterable<string>,
  { variables: isWanted = false, note }: { readonly variables?: boolean; readonly note: (text: string) => void },
): PlaceOf {
  const here = (path: string): string => path;
  const packages = new Map<string, PackageFacts>();
  const maps = new Map<string, string>();
  const scripts: ScriptRecord[] = [];
  for (const url of new Set(urls)) {
    const path = scriptPath(url);
    if (path === null) continue;
    const map = usableMap(path, here, note);
    if (map) maps.set(url, JSON.stringify(map));
    const variables = isWanted ? scanScript(path).variables : {};
    scripts.push({ url, mapFile: map ? url : null, ...findPackage(posix.dirname(path), here, packages), variables });
  }
  return createPlaceOf(scripts, maps, note);
}

function usableMap(path: string, toHostPath: ToHostPath, note: (text: string) => void): StrippedSourceMap | null {
  try {
    return readSourceMap(path, toHostPath);
  } catch (error) {
    if (!(error instanceof UnusableSourceMap)) throw error;
    note(unusableMap(path, error.message));
    return null;
  }
}
