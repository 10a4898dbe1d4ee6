import type { ScriptNames } from '../model/original-names.ts';
import type { ScriptRecord } from '../model/run-manifest.ts';

/** What the heap engine knows about the scripts of a run. `maps`: source maps by their name in `sources/`. */
export function scriptNames(scripts: readonly ScriptRecord[], maps: ReadonlyMap<string, string>): ScriptNames[] {
  return scripts.map(({ url, mapFile, packageVersion }) => ({
    url,
    packageVersion,
    names: namesIn(maps.get(mapFile ?? '')),
  }));
}

/** Most maps have none, and need not be parsed for it. */
function namesIn(map: string | undefined): unknown {
  if (!map?.includes('"originalNames":')) return null;
  try {
    return (JSON.parse(map) as { readonly originalNames?: unknown }).originalNames ?? null;
  } catch {
    return null;
  }
}
