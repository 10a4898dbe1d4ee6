import { analyseGraph } from '../heap/analyse-graph.ts';
import { biggestDominators } from '../heap/biggest-dominators.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { findByClass, findById } from '../heap/paths/find-nodes.ts';
import { PathFinder, type RetainingPath } from '../heap/paths/path-finder.ts';
import type { WeakMapEdges } from '../heap/weak-map-edges.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { type OpenedSnapshot, type OpenOptions, openSnapshot } from './open-snapshot.ts';
import { SnapshotHelper } from './snapshot-helper.ts';

export type PathTarget = { readonly id: number } | { readonly class: string } | { readonly biggest: number };

export interface PathOptions extends OpenOptions {
  /** How many different paths. */
  readonly most: number;
}

/** Who keeps an object, the objects of a class, or the biggest objects alive. Throws a ProfilerError when there is none. */
export async function pathsTo(file: string, target: PathTarget, options: PathOptions): Promise<RetainingPath[]> {
  const { graph, weakMaps } = await openByTwo(file, options);
  options.onProgress?.('looking for paths', 1);
  const nodes = nodesFor(graph, weakMaps, target);
  const what = 'id' in target ? `object @${target.id}` : 'class' in target ? `class ${target.class}` : 'object';
  if (nodes.length === 0) throw notThere(`there is no ${what} in ${file}`);
  const most = 'biggest' in target ? target.biggest : options.most;
  const paths = new PathFinder(graph, weakMaps).pathsTo(nodes, most);
  if (paths.length === 0) throw notThere(`nothing keeps ${what} alive: only weak references lead to it`);
  return paths;
}

async function openByTwo(file: string, options: OpenOptions): Promise<OpenedSnapshot> {
  const helper = SnapshotHelper.startFor(file);
  try {
    return await openSnapshot(file, options, helper);
  } finally {
    await helper?.close();
  }
}

function nodesFor(graph: HeapGraph, weakMaps: WeakMapEdges, target: PathTarget): number[] {
  if ('id' in target) return [findById(graph, target.id)].filter((node) => node >= 0);
  const analysed = analyseGraph(graph, weakMaps);
  if ('class' in target) return findByClass(analysed, target.class);
  return biggestDominators(analysed, target.biggest).map(({ id }) => findById(graph, id));
}

function notThere(message: string): ProfilerError {
  return new ProfilerError('not-in-snapshot', EXIT.usage, message, '`profiler heap summary` lists classes and ids.');
}
