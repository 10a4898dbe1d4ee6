import { parentPort } from 'node:worker_threads';
import type { UnnumberedNodes } from '../heap/number-nodes.ts';
import type { PathFinder } from '../heap/paths/path-finder.ts';
import { graphOf, type HelperAnswer, type HelperRequest, type Numbered, share } from './helper-messages.ts';
import { FrontReader } from './read-front.ts';

let front: FrontReader | null = null;
let sized: UnnumberedNodes | null = null;
let paths: PathFinder | null = null;

/** What a first request does not need is loaded when it is asked for: reading should begin at once. */
async function answer(request: HelperRequest): Promise<HelperAnswer> {
  switch (request.type) {
    case 'front':
      front?.close();
      front = orNull(() => new FrontReader(request.file, request.sizeBytes, request.meeting));
      return { type: 'front', start: front?.start ?? null };
    case 'join': {
      const graph = orNull(() => front?.finish(request.tail) ?? null);
      return { type: 'join', graph: graph && share(graph) };
    }
    case 'placed':
      front?.close();
      front = null;
      return { type: 'placed' };
    case 'classes': {
      const [{ openNodes }, { refusalOf }, { indexedSnapshot }] = await Promise.all([
        import('./open-snapshot.ts'),
        import('./refusal.ts'),
        import('../heap/class-changes.ts'),
      ]);
      const opened = openNodes(request.file, { salvage: request.salvage });
      return { type: 'classes', snapshot: await opened.then(indexedSnapshot, refusalOf) };
    }
    case 'size': {
      const { sizeNodes } = await import('../heap/number-nodes.ts');
      sized = sizeNodes(graphOf(request.graph));
      return { type: 'size' };
    }
    case 'number': {
      const { numberNodes } = await import('../heap/number-nodes.ts');
      const numbered = numberNodes(request.nodeAt, sized!);
      sized = null;
      return { type: 'number', numbered };
    }
    case 'lay-out': {
      const { layOutTree } = await import('../heap/retained-sizes.ts');
      return { type: 'lay-out', layout: layOutTree(request.tree) };
    }
    case 'biggest': {
      const { biggestDominators } = await import('../heap/biggest-dominators.ts');
      const { graph, numbered, sizes, most } = request;
      return { type: 'biggest', biggest: biggestDominators({ graph: graphOf(graph), numbered, sizes }, most) };
    }
    case 'repetitions': {
      const { findRepetitions } = await import('../heap/summarise-graph.ts');
      return { type: 'repetitions', repetitions: findRepetitions(graphOf(request.graph), request.most) };
    }
    case 'aggregates': {
      const { analyseGraph } = await import('../heap/analyse-graph.ts');
      // The search marks types while it runs, and whoever asks looks at the same ones meanwhile.
      const graph = { ...graphOf(request.graph), edgeType: request.graph.edgeType.slice() };
      return { type: 'aggregates', aggregates: analyseGraph(graph).aggregates };
    }
    case 'prepare-paths': {
      const [{ PathFinder }, { findWeakMapEdges }] = await Promise.all([
        import('../heap/paths/path-finder.ts'),
        import('../heap/weak-map-edges.ts'),
      ]);
      const graph = graphOf(request.graph);
      paths = new PathFinder(graph, findWeakMapEdges(graph));
      return { type: 'prepare-paths' };
    }
    case 'path':
      return { type: 'path', path: paths?.pathsTo([request.node], 1)[0] ?? null };
  }
}

/** A file that is damaged is read once more by the first thread, which says what is wrong with it. */
function orNull<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

async function serve({ id, body: request }: Numbered<HelperRequest>): Promise<void> {
  parentPort?.postMessage({ id, body: await answer(request) });
  // Whoever asked knows now what it needs to go on, while the work goes on here.
  if (request.type === 'front') front?.readToMeeting();
  if (request.type === 'join') front?.place();
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: Numbered<HelperRequest>) => {
  last = last.then(() => serve(message));
});
