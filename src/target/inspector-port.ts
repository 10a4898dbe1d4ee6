import type { ProcessFacts } from './process-facts.ts';

export const DEFAULT_INSPECTOR_PORT = 9229;

/**
 * The port on which this Node opens its inspector, as its options say: `--inspect-port=0`, `--inspect=127.0.0.1:9300`.
 * 0 stands for one that the kernel chooses. The last option wins.
 */
export function inspectorPortOf({ nodeFlags }: Pick<ProcessFacts, 'nodeFlags'>): number {
  const ports = nodeFlags.flatMap((flag) => /^--(?:inspect|debug)[a-z-]*=(?:.*:)?(\d+)$/.exec(flag)?.[1] ?? []);
  return Number(ports.at(-1) ?? DEFAULT_INSPECTOR_PORT);
}
