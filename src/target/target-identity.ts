import type { TargetFacts } from '../model/run-manifest.ts';

/** By what the user named the target: a process that comes back must be the same by that. */
export type TargetIdentity =
  | { readonly by: 'pid' }
  /** Who listens on this port of this host; of an inspector too. */
  | { readonly by: 'port'; readonly port: number }
  | { readonly by: 'name'; readonly pattern: string }
  /** Below the command that we started. */
  | { readonly by: 'command'; readonly command: Pick<TargetFacts, 'pid' | 'startTicks'> };
