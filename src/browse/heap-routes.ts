import type { ObjectPath } from '../model/heap-answers.ts';
import type { HeapSuspect } from '../model/heap-growth.ts';
import type { HeapEntry, PathEntry, SuspectEntry } from '../model/heap-pages.ts';
import { redacted } from '../redact/redact-values.ts';
import type { Reply, Route } from '../serve/page-server.ts';
import { growthOf } from '../snapshot-stream/growth-of.ts';
import { holderText } from '../words/holder.ts';
import { pathText, stepText } from '../words/path.ts';
import { heapQuestion } from './heap-question.ts';
import type { HeapShelf } from './heap-shelf.ts';

/** A snapshot that the pages may ask for, with the path that they never see. */
export interface HeapFile extends HeapEntry {
  readonly path: string;
}

/** Finds a snapshot by its id; null if there is none. */
export type FindHeap = (id: string) => Promise<HeapFile | null>;

/** `/api/heap/<id>/<question>`: everything that is asked about one snapshot. */
export function heapRoutes(shelf: HeapShelf, find: FindHeap): Route {
  const growth = new Map<string, Promise<readonly SuspectEntry[]>>();
  return async ([, , id = '', what = '', ...more], query) => {
    const heap = more.length === 0 ? await find(id) : null;
    if (!heap) return null;
    const earlier = new Map<string, string>();
    for (const other of heap.earlier) {
      const file = await find(other.id);
      if (file) earlier.set(other.id, file.path);
    }
    if (what === 'suspects') return json(await suspectsOf(growth, heap, earlier, query.get('earlier')));
    const question = heapQuestion(what, query, (other) => earlier.get(other) ?? null);
    if (!question) return null;
    if (question.what === 'path') return json(redacted(pathEntry(await shelf.ask(heap.path, question))));
    const answer = await shelf.ask(heap.path, question);
    // Names may carry secrets too; where the reader asked for what strings say, nothing is hidden from him.
    return json('values' in question && question.values ? answer : redacted(answer));
  };
}

/** Suspects over all snapshots from `first` on, which by default is the earliest. */
async function suspectsOf(
  known: Map<string, Promise<readonly SuspectEntry[]>>,
  heap: HeapFile,
  earlier: ReadonlyMap<string, string>,
  first: string | null,
): Promise<readonly SuspectEntry[]> {
  const ids = [...earlier.keys()];
  const wanted = ids.slice(0, first === null || !ids.includes(first) ? ids.length : ids.indexOf(first) + 1).reverse();
  const files = [...wanted.map((id) => earlier.get(id) ?? ''), heap.path];
  const key = files.join('\0');
  let suspects = known.get(key);
  if (!suspects) {
    suspects = growthOf(files).then((growth) => redacted(growth.suspects.map(suspectEntry)));
    known.set(key, suspects);
    suspects.catch(() => known.delete(key));
  }
  return await suspects;
}

function suspectEntry(suspect: HeapSuspect): SuspectEntry {
  const at = suspect.anchorLocation ?? suspect.classLocation;
  return {
    class: suspect.class,
    holder: holderText(suspect.holder),
    holderId: suspect.holderId,
    counts: suspect.counts,
    bytes: suspect.bytes,
    shareOfGrowth: suspect.shareOfGrowth,
    path: pathText(suspect.path),
    place: at && (at.line0 < 0 ? at.scriptUrl : `${at.scriptUrl}:${at.line0 + 1}`),
  };
}

function pathEntry(path: ObjectPath | null): PathEntry | null {
  return path && { distance: path.distance, steps: path.steps.map((step) => ({ text: stepText(step), id: step.id })) };
}

export function json(value: unknown): Reply {
  return { type: 'json', body: JSON.stringify(value) };
}
