import { parentPort } from 'node:worker_threads';
import { graphOf, type HelperAnswer, type HelperRequest, share } from './helper-messages.ts';
import { readTail } from './read-tail.ts';

/** What a first request does not need is loaded when it is asked for: reading should begin at once. */
async function answer(request: HelperRequest): Promise<HelperAnswer> {
  switch (request.type) {
    case 'read-tail':
      return { type: 'tail', tail: readTail(request) };
    case 'nodes': {
      const [{ openSnapshot }, { refusalOf }] = await Promise.all([
        import('./open-snapshot.ts'),
        import('./refusal.ts'),
      ]);
      const opened = openSnapshot(request.file, { withoutEdges: true, salvage: request.salvage });
      return { type: 'nodes', graph: await opened.then(({ graph }) => share(graph), refusalOf) };
    }
    case 'sizes-and-classes': {
      const { sizesAndClasses } = await import('../heap/analyse-graph.ts');
      return { type: 'sizes-and-classes', ...sizesAndClasses(graphOf(request.graph)) };
    }
    case 'repetitions': {
      const { findRepetitions } = await import('../heap/summarise-graph.ts');
      return { type: 'repetitions', repetitions: findRepetitions(graphOf(request.graph), request.most) };
    }
    case 'aggregates': {
      const { analyseGraph } = await import('../heap/analyse-graph.ts');
      return { type: 'aggregates', aggregates: analyseGraph(graphOf(request.graph)).aggregates };
    }
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: HelperRequest) => {
  last = last.then(() => answer(request)).then((answered) => parentPort?.postMessage(answered));
});
