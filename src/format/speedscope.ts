import type { FlameNode } from '../model/flame.ts';

interface FrameEvent {
  readonly type: 'O' | 'C';
  readonly frame: number;
  /** In microseconds since the first. */
  readonly at: number;
}

/**
 * A flame graph as a speedscope file (https://www.speedscope.app/file-format-schema.json): one evented profile, in which
 * every frame opens and closes once. (A sampled one would repeat the whole stack for every sample.) `exporter` names the
 * tool and its version.
 */
export function formatSpeedscope(root: FlameNode, name: string, exporter: string): string {
  const frames = new SpeedscopeFrames();
  const events: FrameEvent[] = [];
  let at = 0;
  // The root stands for the program: it is a frame of its own only where time was booked on it.
  const pending: { readonly node: FlameNode; readonly isOpen: boolean }[] = [];
  const enter = (children: readonly FlameNode[]): void => {
    for (const node of children.toReversed()) if (node.valueUs > 0) pending.push({ node, isOpen: false });
  };
  enter([...(root.selfUs > 0 ? [{ ...root, valueUs: root.selfUs, children: [] }] : []), ...root.children]);
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, isOpen } = next;
    events.push({ type: isOpen ? 'C' : 'O', frame: frames.indexOf(node), at });
    if (isOpen) continue;
    at += node.selfUs;
    pending.push({ node, isOpen: true });
    enter(node.children);
  }
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter,
    name,
    activeProfileIndex: 0,
    shared: { frames: frames.list },
    profiles: [{ type: 'evented', name, unit: 'microseconds', startValue: 0, endValue: at, events }],
  });
}

/** One frame for each distinct function. */
class SpeedscopeFrames {
  readonly list: { name: string; file?: string; line?: number; col?: number }[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf({ name, place }: FlameNode): number {
    const key = `${place?.file ?? ''}:${place?.line ?? 0}:${place?.column ?? 0}:${name}`;
    const known = this.#indexes.get(key) ?? this.list.length;
    if (known === this.list.length) {
      this.list.push({ name, ...(place && { file: place.file, line: place.line, col: place.column }) });
      this.#indexes.set(key, known);
    }
    return known;
  }
}
