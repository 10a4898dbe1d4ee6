import { readFileSync } from 'node:fs';

/** The probes, as `scripts/bundle-in-target.mjs` makes them of the modules in `in-target/`. */
export type InTargetScript = 'runtime-probe' | 'query-probe' | 'process-stats';

/** An expression for the target that calls what a script exports: `require`, if available, and one argument. */
export function callScript(script: InTargetScript, exported: string, argument: unknown): string {
  const text = readFileSync(new URL(`./in-target/${script}.bundle.js`, import.meta.url), 'utf8');
  return `(() => { ${text}\nreturn probe.${exported}(require, ${JSON.stringify(argument)}); })()`;
}
