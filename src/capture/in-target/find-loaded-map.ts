/**
 * Runs inside the target, sent as text. The map of a script that was translated while it was loaded (tsx, ts-node and
 * their like): it stands in no file, but Node knows it where source maps are enabled. JSON without the sources' text.
 */
export function findLoadedMap(url: string): string | null {
  const { findSourceMap } = require('node:module') as typeof import('node:module');
  const payload = findSourceMap(url)?.payload;
  return payload ? JSON.stringify({ ...payload, sourcesContent: undefined }) : null;
}
