import type { FlameNode } from '../model/flame.ts';
import { forEachStack } from './walk-flame.ts';

/**
 * A flame graph as a speedscope file (https://www.speedscope.app/file-format-schema.json): one sampled profile, one
 * sample per distinct stack with its time in microseconds. `exporter` names the tool and its version.
 */
export function formatSpeedscope(root: FlameNode, name: string, exporter: string): string {
  const frames: { name: string; file?: string; line?: number; col?: number }[] = [];
  const frameIndex = new Map<string, number>();
  const indexOf = ({ name: function_, place }: FlameNode): number => {
    const key = `${place?.file ?? ''}:${place?.line ?? 0}:${place?.column ?? 0}:${function_}`;
    const known = frameIndex.get(key) ?? frames.length;
    if (known === frames.length) {
      frames.push({ name: function_, ...(place && { file: place.file, line: place.line, col: place.column }) });
      frameIndex.set(key, known);
    }
    return known;
  };
  const samples: number[][] = [];
  const weights: number[] = [];
  forEachStack(root, (stack, selfUs) => {
    samples.push(stack.map(indexOf));
    weights.push(selfUs);
  });
  const endValue = weights.reduce((sum, weight) => sum + weight, 0);
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter,
    name,
    activeProfileIndex: 0,
    shared: { frames },
    profiles: [{ type: 'sampled', name, unit: 'microseconds', startValue: 0, endValue, samples, weights }],
  });
}
