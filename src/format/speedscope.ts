import type { FlameNode, FlameTimeline } from '../model/flame.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';

interface FrameEvent {
  readonly type: 'O' | 'C';
  readonly frame: number;
  /** Since the first, in the unit of the file. */
  readonly at: number;
}

export interface SpeedscopeSource {
  readonly root: FlameNode;
  /** If present, samples are in order of time ("Time Order"); else stacks are summed up, the largest first. */
  readonly timeline: FlameTimeline | null;
  readonly title: string;
  readonly unit: FlameUnit;
}

type Frame = Pick<FlameNode, 'name' | 'place'>;

const UNITS: Readonly<Record<FlameUnit, string>> = { microseconds: 'microseconds', bytes: 'bytes', count: 'none' };
/** What speedscope still opens: some 400 MB of text. */
const MOST_EVENTS = 8_000_000;

/**
 * A flame graph as a speedscope file (https://www.speedscope.app/file-format-schema.json): one evented profile, in which
 * a frame opens and closes as it is called and left. (A sampled one would repeat the whole stack for every sample.) In
 * pieces, since the text may be long. `exporter` names the tool and its version.
 */
export function* formatSpeedscope(
  { root, timeline, title, unit }: SpeedscopeSource,
  exporter: string,
): Generator<string> {
  const frames = new SpeedscopeFrames();
  // Frames get their numbers as they come: events first, then the list.
  const head = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter,
    name: title,
    activeProfileIndex: 0,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"profiles":[{"type":"evented","name":${JSON.stringify(title)},"unit":"${UNITS[unit]}","events":[`;
  let last: FrameEvent | null = null;
  for (const event of timeline ? orderedEvents(timeline, frames) : summedEvents(root, frames)) {
    yield `${last ? ',\n' : ''}${JSON.stringify(event)}`;
    last = event;
  }
  yield `],"startValue":0,"endValue":${last?.at ?? 0}}],"shared":{"frames":${JSON.stringify(frames.list)}}}`;
}

/** Whether a timeline makes a file that speedscope can open. */
export function fitsInOrder(timeline: FlameTimeline | null): boolean {
  if (timeline === null) return false;
  let events = 0;
  for (const _ of orderedEvents(timeline, new SpeedscopeFrames())) {
    events += 1;
    if (events > MOST_EVENTS) return false;
  }
  return true;
}

/**
 * Sample after sample: what is no longer on the stack closes, what is new on it opens, and between two samples nothing is
 * open.
 */
function* orderedEvents(timeline: FlameTimeline, frames: SpeedscopeFrames): Generator<FrameEvent> {
  const { parentOf, frameOf, samples } = timeline;
  const frameAt = (node: number): number => frames.indexOf(timeline.frames[frameOf[node] ?? 0] as Frame);
  const depthOf = depths(parentOf);
  const open: number[] = [];
  let endUs = 0;
  function* closeTo(depth: number, at: number): Generator<FrameEvent> {
    while (open.length > depth) yield { type: 'C', frame: frameAt(open.pop() ?? 0), at };
  }
  for (const [index, node] of samples.nodes.entries()) {
    const startUs = Math.max(endUs, samples.startsUs[index] ?? 0);
    if (startUs > endUs) yield* closeTo(0, endUs);
    const added: number[] = [];
    let at = node;
    // Up to where the stack is open already: node 0, the root, is no frame of its own unless it was sampled itself.
    while (at > 0 && open[(depthOf[at] ?? 0) - 1] !== at) {
      added.push(at);
      at = parentOf[at] ?? 0;
    }
    yield* closeTo(at > 0 ? (depthOf[at] ?? 0) : 0, startUs);
    for (const one of added.reverse()) {
      open.push(one);
      yield { type: 'O', frame: frameAt(one), at: startUs };
    }
    endUs = Math.max(startUs, samples.endsUs[index] ?? startUs);
    if (node === 0 && endUs > startUs) {
      yield { type: 'O', frame: frameAt(0), at: startUs };
      yield { type: 'C', frame: frameAt(0), at: endUs };
    }
  }
  yield* closeTo(0, endUs);
}

function depths(parentOf: readonly number[]): Int32Array {
  const depthOf = new Int32Array(parentOf.length);
  for (let node = 1; node < parentOf.length; node += 1) depthOf[node] = (depthOf[parentOf[node] ?? 0] ?? 0) + 1;
  return depthOf;
}

function* summedEvents(root: FlameNode, frames: SpeedscopeFrames): Generator<FrameEvent> {
  let at = 0;
  // The root represents the program: it is a frame of its own only where time was booked on it.
  const pending: { readonly node: FlameNode; readonly isOpen: boolean }[] = [];
  const enter = (children: readonly FlameNode[]): void => {
    for (const node of children.toReversed()) if (node.value > 0) pending.push({ node, isOpen: false });
  };
  enter([...(root.self > 0 ? [{ ...root, value: root.self, children: [] }] : []), ...root.children]);
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, isOpen } = next;
    yield { type: isOpen ? 'C' : 'O', frame: frames.indexOf(node), at };
    if (isOpen) continue;
    at += node.self;
    pending.push({ node, isOpen: true });
    enter(node.children);
  }
}

/** One frame for each distinct function. */
class SpeedscopeFrames {
  readonly list: { name: string; file?: string; line?: number; col?: number }[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #known = new Map<Frame, number>();

  indexOf(frame: Frame): number {
    const known = this.#known.get(frame) ?? this.#add(frame);
    this.#known.set(frame, known);
    return known;
  }

  #add({ name, place }: Frame): number {
    const key = `${place?.file ?? ''}:${place?.line ?? 0}:${place?.column ?? 0}:${name}`;
    const known = this.#indexes.get(key) ?? this.list.length;
    if (known === this.list.length) {
      this.list.push({ name, ...(place && { file: place.file, line: place.line, col: place.column }) });
      this.#indexes.set(key, known);
    }
    return known;
  }
}
