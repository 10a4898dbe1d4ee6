import { parentPort } from 'node:worker_threads';
import { buildClassTable } from '../heap/class-table.ts';
import { findDetached } from '../heap/detachedness.ts';
import { calculateShallowSizes } from '../heap/shallow-sizes.ts';
import { StringTable } from '../heap/string-table.ts';
import type { HelperAnswer, HelperRequest, SharedGraph } from './helper-messages.ts';
import { readTail } from './read-tail.ts';

function answer(request: HelperRequest): HelperAnswer {
  return request.type === 'read-tail' ? { type: 'tail', tail: readTail(request) } : sizesAndClasses(request.graph);
}

function sizesAndClasses(shared: SharedGraph): HelperAnswer {
  const graph = { ...shared, strings: new StringTable(shared.strings) };
  return {
    type: 'sizes-and-classes',
    shallow: calculateShallowSizes(graph),
    classes: buildClassTable(graph, findDetached(graph)),
  };
}

parentPort?.on('message', (request: HelperRequest) => parentPort?.postMessage(answer(request)));
