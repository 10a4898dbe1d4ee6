import { analyseGraph } from '../heap/analyse-graph.ts';
import { HeapExplorer } from '../heap/explore/heap-explorer.ts';
import { parseQuery } from '../heap/explore/parse-query.ts';
import type { ObjectList, ObjectOrder, PackageRow } from '../model/heap-answers.ts';
import { type OpenOptions, openSnapshot } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';
import { analyseTogether } from './summarise-together.ts';

/** Objects that fit a query, as many as wanted. Throws a ProfilerError: exit 2 where the query or the file cannot be read. */
export async function queryObjects(
  file: string,
  { query, order, most }: { readonly query: string; readonly order: ObjectOrder; readonly most: number },
  options: OpenOptions = {},
): Promise<ObjectList> {
  // Before a file of gigabytes is read.
  parseQuery(query);
  return (await explore(file, options)).objects(query, order, { from: 0, most });
}

/** Bytes by package. */
export async function sumByPackage(file: string, options: OpenOptions = {}): Promise<PackageRow[]> {
  return (await explore(file, options)).packages();
}

async function explore(file: string, options: OpenOptions): Promise<HeapExplorer> {
  const helper = SnapshotHelper.startFor(file);
  try {
    const { graph, weakMaps } = await openSnapshot(file, options, helper);
    options.onProgress?.('dominators and retained sizes', 1);
    return new HeapExplorer(helper ? await analyseTogether(graph, weakMaps, helper) : analyseGraph(graph, weakMaps));
  } finally {
    await helper?.close();
  }
}
