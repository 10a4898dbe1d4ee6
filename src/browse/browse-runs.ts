import { redacted } from '../redact/redact-values.ts';
import { pageWindows } from '../report/build-page-data.ts';
import { type PageServer, type Reply, servePages } from '../serve/page-server.ts';
import { compareCpu } from '../study/compare-cpu.ts';
import { compareRuns } from './compare-runs.ts';
import { followRun } from './follow-run.ts';
import { heapRoutes, json } from './heap-routes.ts';
import { HeapShelf } from './heap-shelf.ts';
import { pageRoutes } from './page-routes.ts';
import { runDetails } from './run-details.ts';
import { heapEntry, RunFolders, readReportPage } from './run-folders.ts';

export interface BrowseOptions {
  /** Folder of run folders, and of their reports. */
  readonly dir: string;
  readonly reports: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Serves the runs of a folder: the list, one run, two side by side, one that is recorded now, reports, snapshots. */
export async function browseRuns({ dir, reports, port }: BrowseOptions): Promise<PageServer> {
  const runs = new RunFolders(dir, reports);
  const shelf = new HeapShelf();
  const heaps = heapRoutes(shelf, (id) => runs.findHeap(id));
  const pages = pageRoutes('ui');
  const server = await servePages(async (path, query) => {
    if (path[0] === 'report' && path.length === 2) return reportPage(runs, path[1] ?? '');
    if (path[0] !== 'api') return pages(path, query);
    if (path[1] === 'heap') return heaps(path, query);
    if (path[1] === 'heaps' && path.length === 2) {
      const folder = await runs.find((query.get('of') ?? '').replace(/-\d+$/, ''));
      return folder && json((await runs.heapsOf(folder)).map(heapEntry));
    }
    return runRoutes(runs, path.slice(1), query);
  }, port);
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await shelf.close();
    },
  };
}

async function runRoutes(runs: RunFolders, path: readonly string[], query: URLSearchParams): Promise<Reply | null> {
  const [what, key = '', other = '', ...more] = path;
  if (more.length > 0) return null;
  if (what === 'runs' && path.length === 1) return json(redacted(await runs.list()));
  const folder = await runs.find(key);
  if (!folder) return null;
  if (what === 'run' && path.length === 2) return json(redacted(await runDetails(runs, folder)));
  if (what === 'run' && other === 'live') {
    const afterSec = Number(query.get('after') ?? 0) || 0;
    return {
      type: 'events',
      run: (send, left) => followRun(folder.dir, afterSec, (event) => send(redacted(event)), left),
    };
  }
  const after = await runs.find(other);
  if (!after) return null;
  if (what === 'compare') return json(redacted(await compareRuns(runs, folder, after)));
  if (what !== 'compared-cpu') return null;
  const windows = await compareCpu(folder.dir, after.dir);
  return json(windows && redacted(pageWindows(windows)));
}

async function reportPage(runs: RunFolders, key: string): Promise<Reply | null> {
  const folder = await runs.find(key);
  const body = folder && (await readReportPage(folder));
  return body && { type: 'foreign-page', body };
}
