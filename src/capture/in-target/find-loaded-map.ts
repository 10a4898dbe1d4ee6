/**
 * Runs inside the target, sent as text. The map of a script that was translated while it was loaded (tsx, ts-node and
 * their like): it stands in no file, but Node knows it where source maps are enabled. JSON without the sources' text. One whose text would
 * take the service long to write is not asked for.
 */
export function findLoadedMap(url: string): string | null {
  const { findSourceMap } = require('node:module') as typeof import('node:module');
  const payload = findSourceMap(url)?.payload;
  const isHuge = (payload?.mappings?.length ?? 0) > 16 * 1024 * 1024;
  return payload && !isHuge ? JSON.stringify({ ...payload, sourcesContent: undefined }) : null;
}
