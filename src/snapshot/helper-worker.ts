import { parentPort } from 'node:worker_threads';
import { analyseGraph } from '../heap/analyse-graph.ts';
import { buildClassTable } from '../heap/class-table.ts';
import { findDetached } from '../heap/detachedness.ts';
import { calculateShallowSizes } from '../heap/shallow-sizes.ts';
import { findRepetitions } from '../heap/summarise-graph.ts';
import { graphOf, type HelperAnswer, type HelperRequest, share } from './helper-messages.ts';
import { openSnapshot } from './open-snapshot.ts';
import { readTail } from './read-tail.ts';
import { refusalOf } from './refusal.ts';

async function answer(request: HelperRequest): Promise<HelperAnswer> {
  switch (request.type) {
    case 'read-tail':
      return { type: 'tail', tail: readTail(request) };
    case 'nodes': {
      const opened = openSnapshot(request.file, { withoutEdges: true, salvage: request.salvage });
      return { type: 'nodes', graph: await opened.then(({ graph }) => share(graph), refusalOf) };
    }
    case 'sizes-and-classes': {
      const graph = graphOf(request.graph);
      const classes = buildClassTable(graph, findDetached(graph));
      return { type: 'sizes-and-classes', shallow: calculateShallowSizes(graph), classes };
    }
    case 'repetitions':
      return { type: 'repetitions', repetitions: findRepetitions(graphOf(request.graph), request.most) };
    case 'aggregates':
      return { type: 'aggregates', aggregates: analyseGraph(graphOf(request.graph)).aggregates };
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: HelperRequest) => {
  last = last.then(() => answer(request)).then((answered) => parentPort?.postMessage(answered));
});
