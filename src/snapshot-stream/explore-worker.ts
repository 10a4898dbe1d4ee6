import { parentPort, workerData } from 'node:worker_threads';
import { analyseGraph } from '../heap/analyse-graph.ts';
import { EarlierSnapshot } from '../heap/explore/earlier-snapshot.ts';
import { HeapExplorer } from '../heap/explore/heap-explorer.ts';
import type { HeapGraph } from '../heap/heap-graph.ts';
import { PathFinder, type RetainingPath } from '../heap/paths/path-finder.ts';
import type { HeapAnswer, HeapQuestion } from '../model/heap-answers.ts';
import type { ExploreAnswer, ExploreRequest, ExploreStart } from './explored-snapshot.ts';
import { openNodes, openSnapshot } from './open-snapshot.ts';
import { refusalOf } from './refusal.ts';
import { SnapshotHelper } from './snapshot-helper.ts';
import { analyseTogether } from './summarise-together.ts';

const { file, salt, salvage } = workerData as ExploreStart;

interface Explored {
  readonly graph: HeapGraph;
  readonly explorer: HeapExplorer;
  /** Prepared by a second thread where the snapshot is big: it takes a second, and other answers need not wait for it. */
  readonly pathTo: (node: number) => Promise<RetainingPath | null>;
}

async function open(): Promise<Explored> {
  const helper = SnapshotHelper.startFor(file);
  const onProgress = (what: string, done: number): void => send({ type: 'progress', what, done });
  const { graph, weakMaps } = await openSnapshot(file, { salvage, onProgress }, helper);
  onProgress('dominators and retained sizes', 1);
  const analysed = helper ? await analyseTogether(graph, weakMaps, helper) : analyseGraph(graph, weakMaps);
  const explorer = new HeapExplorer(analysed, salt);
  if (helper) return { graph, explorer, pathTo: helper.paths(graph) };
  let finder: PathFinder | null = null;
  const pathTo = async (node: number): Promise<RetainingPath | null> => {
    finder ??= new PathFinder(graph, weakMaps);
    return finder.pathsTo([node], 1)[0] ?? null;
  };
  return { graph, explorer, pathTo };
}

/** The last earlier snapshot that was compared with; one at a time is kept. */
let compared: { readonly file: string; readonly earlier: Promise<EarlierSnapshot> } | null = null;

function earlierOf({ graph }: Explored, path: string): Promise<EarlierSnapshot> {
  if (compared?.file !== path) {
    const earlier = openNodes(path, { salvage }).then((before) => new EarlierSnapshot(before, graph));
    earlier.catch(() => undefined);
    compared = { file: path, earlier };
  }
  return compared.earlier;
}

async function answerTo(explored: Explored, question: HeapQuestion): Promise<HeapAnswer> {
  const { explorer } = explored;
  switch (question.what) {
    case 'overview':
      return explorer.overview();
    case 'packages':
      return explorer.packages();
    case 'objects':
      return explorer.objects(question.query, question.sort, { from: question.from });
    case 'object':
      return explorer.object(question.id, question.from, question.values);
    case 'retainers':
      return explorer.retainers(question.id, question.from, question.values);
    case 'path':
      return await explored.pathTo(explorer.nodeOf(question.id));
    case 'dominated':
      return explorer.dominated(question.id, question.from);
    case 'strings':
      return explorer.strings(question.from, question.values);
    case 'string-holders':
      return explorer.stringHolders(question.text, question.values);
    case 'changes':
      return (await earlierOf(explored, question.earlier)).changes;
    case 'changed-objects': {
      const earlier = await earlierOf(explored, question.earlier);
      return explorer.changedObjects(earlier, question.class, question.side, question.from);
    }
    case 'held-objects':
      return explorer.heldObjects(question.class, question.holder, question.from);
  }
}

function send(answer: ExploreAnswer): void {
  parentPort?.postMessage(answer);
}

const opened = open();
opened.catch(() => undefined);
let waiting = 0;

parentPort?.on('message', ({ id, question }: ExploreRequest) => {
  waiting++;
  void opened
    .then((explored) => answerTo(explored, question))
    .then(
      (answer) => send({ type: 'answer', id, answer }),
      (error: unknown) => send(asRefused(id, error)),
    )
    .finally(() => {
      waiting--;
      if (waiting === 0) setImmediate(() => void prepare());
    });
});

function asRefused(id: number, error: unknown): ExploreAnswer {
  try {
    return { type: 'refused', id, refusal: refusalOf(error) };
  } catch {
    return { type: 'failed', id, message: (error as Error).message };
  }
}

/** While nobody waits, one step at a time. */
async function prepare(): Promise<void> {
  const explored = await opened.catch(() => null);
  const explorer = explored?.explorer;
  if (waiting === 0 && explorer?.prepareNext()) setImmediate(() => void prepare());
}
