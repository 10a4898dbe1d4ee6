import type { WallMs } from '../model/units.ts';

/** Name of a run folder: `2026-11-23T20-44-10-orders-api`. UTC, so that runs sort by time; safe in every file system. */
export function runId(startWallMs: WallMs, targetName: string): string {
  const stamp = new Date(startWallMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const name = targetName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name ? `${stamp}-${name}` : stamp;
}
