import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type PageServer, servePages } from '../serve/page-server.ts';
import { type HeapFile, heapRoutes, json } from './heap-routes.ts';
import { HeapShelf } from './heap-shelf.ts';
import { pageRoutes } from './page-routes.ts';

export interface ExploreOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly salvage: boolean;
}

/** Serves the heap explorer for these snapshots, which are given in the order in which they were taken. */
export async function exploreHeaps(paths: readonly string[], { port, salvage }: ExploreOptions): Promise<PageServer> {
  const files = heapFiles(paths);
  const shelf = new HeapShelf(salvage);
  const find = async (id: string): Promise<HeapFile | null> => files.find((file) => file.id === id) ?? null;
  const heaps = heapRoutes(shelf, find);
  const pages = pageRoutes('explore');
  const server = await servePages(async (path, query) => {
    if (path[0] !== 'api') return pages(path, query);
    if (path[1] === 'heaps' && path.length === 2) return json(files.map(({ path: _, ...entry }) => entry));
    return path[1] === 'heap' ? heaps(path, query) : null;
  }, port);
  // It is read while the reader turns to the browser.
  const shown = files.at(-1);
  if (shown) shelf.open(shown.path);
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await shelf.close();
    },
  };
}

function heapFiles(paths: readonly string[]): HeapFile[] {
  const entries = paths.map((path, index) => ({ id: `h${index + 1}`, name: basename(path) }));
  return paths.map((path, index) => ({
    ...entries[index]!,
    path,
    run: null,
    fileBytes: statSync(path).size,
    earlier: entries.slice(0, index).reverse(),
  }));
}
