import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRunManifest, parseRunManifest } from '../../src/format/run-manifest.ts';
import type { ReportDocument } from '../../src/model/report-document.ts';
import { renderHtml } from '../../src/report/render-html.ts';
import { renderJson } from '../../src/report/render-json.ts';
import { snapshotText } from '../heap/build-snapshot.ts';
import { pageAssets } from '../helpers/page-assets.ts';
import { healthyDocument, leakDocument } from '../helpers/report-document.ts';

export interface ManyRuns {
  readonly profiles: string;
  readonly reports: string;
  remove(): void;
}

export const LEAK = '2026-11-30T17-45-18-quotes';
export const HEALTHY = '2026-11-30T17-46-40-quotes';
/** Its seal is missing: to be recorded by whoever locks it. */
export const OPEN = '2026-11-30T18-00-00-quotes';

/** A folder of runs: two with reports, one that is not closed, and so many beside them that only have a manifest. */
export function writeManyRuns(others: number): ManyRuns {
  const folder = mkdtempSync(join(tmpdir(), 'many-runs-'));
  const profiles = join(folder, 'profiles');
  const reports = join(folder, 'reports');
  mkdirSync(profiles);
  for (const [name, id, document] of [
    ['leak', LEAK, leakDocument()],
    ['healthy', HEALTHY, healthyDocument()],
  ] as const) {
    const dir = join(profiles, id);
    cpSync(`test/fixtures/runs/${name}`, dir, { recursive: true });
    mkdirSync(join(dir, 'heap'), { recursive: true });
    const { snapshots } = parseRunManifest(readFileSync(join(dir, 'run.json')));
    for (const [index, { file }] of snapshots.entries()) writeFileSync(join(dir, file), smallSnapshot(index + 1));
    writeReport(join(reports, id), document);
  }
  copyOpen(profiles);
  const manifest = parseRunManifest(readFileSync('test/fixtures/runs/scarce/run.json'));
  for (let index = 0; index < others; index++) {
    const startWallMs = Date.UTC(2026, 9, 1) + index * 3_600_000;
    const id = `${new Date(startWallMs).toISOString().slice(0, 19).replaceAll(':', '-')}-orders`;
    mkdirSync(join(profiles, id));
    const own = { ...manifest, id, clock: { ...manifest.clock, startWallMs } };
    writeFileSync(join(profiles, id, 'run.json'), formatRunManifest(own));
    mkdirSync(join(reports, id));
    copyFileSync(join(reports, index % 3 === 0 ? LEAK : HEALTHY, 'report.json'), join(reports, id, 'report.json'));
  }
  return { profiles, reports, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function copyOpen(profiles: string): void {
  const dir = join(profiles, OPEN);
  cpSync('test/fixtures/runs/leak', dir, { recursive: true });
  const { seal: _, ...open } = parseRunManifest(readFileSync(join(dir, 'run.json')));
  writeFileSync(join(dir, 'run.json'), formatRunManifest({ ...open, id: OPEN, snapshots: [] }));
  for (const name of ['samples.ndjson', 'events.ndjson']) {
    const lines = readFileSync(join(dir, name), 'utf8').split('\n').filter(Boolean);
    writeFileSync(join(dir, name), `${lines.slice(0, Math.ceil(lines.length / 2)).join('\n')}\n`);
  }
}

function writeReport(dir: string, document: ReportDocument): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'report.json'), renderJson(document as Parameters<typeof renderJson>[0]));
  writeFileSync(join(dir, 'index.html'), renderHtml({ document, ...pageAssets() }));
}

/** One more Order in each. */
function smallSnapshot(orders: number): string {
  const nodes = [{}, ...Array.from({ length: orders }, () => ({ name: 'Order', type: 3, size: 40 }))];
  return snapshotText({ nodes, edges: nodes.slice(1).map((_, index) => [0, 2, `order ${index}`, index + 1]) });
}
