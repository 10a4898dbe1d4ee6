import type { FlameNode } from '../model/flame.ts';
import type { FlameWindow, FlameWindows } from '../model/flame-windows.ts';

type Frame = Pick<FlameNode, 'name' | 'place'>;

/**
 * The windows of two runs as two windows over one shape: all of the earlier run, then all of the later one. A function is the
 * same in both by its name and its file, whatever its line: between two builds lines move.
 */
export function joinWindows(before: FlameWindows, after: FlameWindows): FlameWindows {
  const shape = new JoinedShape();
  const placed = [before, after].map((run) => shape.place(run));
  return {
    id: after.id,
    unit: after.unit,
    frames: shape.frames,
    frameOf: shape.frameOf,
    parentOf: shape.parentOf,
    windows: [before, after].map((run, i) => wholeRun(run, placed[i] ?? [], shape.parentOf.length)),
  };
}

class JoinedShape {
  readonly frames: Frame[] = [];
  readonly frameOf: number[] = [];
  readonly parentOf: number[] = [];
  readonly #frames = new Map<string, number>();
  readonly #nodes = new Map<string, number>();

  /** Of each node of a run, its node here. */
  place({ frames, frameOf, parentOf }: FlameWindows): number[] {
    const placed: number[] = [];
    parentOf.forEach((parent, node) => {
      const frame = this.#frame(frames[frameOf[node] ?? 0] ?? { name: '', place: null });
      placed.push(this.#node(parent < 0 ? -1 : (placed[parent] ?? 0), frame));
    });
    return placed;
  }

  /** What is shown of it is its place in the later run. */
  #frame(frame: Frame): number {
    const key = JSON.stringify([frame.name, frame.place?.package ?? null, frame.place?.file ?? null]);
    const at = this.#frames.get(key) ?? this.frames.length;
    this.#frames.set(key, at);
    this.frames[at] = frame;
    return at;
  }

  #node(parent: number, frame: number): number {
    const key = `${parent} ${frame}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    this.#nodes.set(key, this.parentOf.length);
    this.frameOf.push(frame);
    return this.parentOf.push(parent) - 1;
  }
}

function wholeRun({ windows }: FlameWindows, placed: readonly number[], size: number): FlameWindow {
  const weights = new Float64Array(size);
  for (const { nodes, self } of windows) {
    nodes.forEach((node, i) => {
      const at = placed[node] ?? 0;
      weights[at] = (weights[at] ?? 0) + (self[i] ?? 0);
    });
  }
  const nodes = [...weights.keys()].filter((node) => (weights[node] ?? 0) > 0);
  return {
    startSec: windows[0]?.startSec ?? 0,
    endSec: windows.at(-1)?.endSec ?? 0,
    requests: windows.reduce<number | null>(
      (sum, { requests }) => (sum === null || requests === null ? null : sum + requests),
      0,
    ),
    samples: windows.reduce((sum, { samples }) => sum + samples, 0),
    nodes,
    self: nodes.map((node) => weights[node] ?? 0),
  };
}
