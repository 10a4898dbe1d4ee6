import type { TargetFacts } from '../model/run-manifest.ts';
import type { Attachment } from '../target/attachment.ts';
import type { ProcessEnd } from '../target/process-end.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import type { TargetIdentity } from '../target/target-identity.ts';

/** What a soak looks at, found and judged fit. */
export interface SoakTarget {
  readonly facts: TargetFacts;
  /** Null if there is no process of this host: an inspector elsewhere, or an address alone. */
  readonly process: ProcessFacts | null;
  /** Who may take its place after a restart. */
  readonly identity: TargetIdentity;
  /** How the process ended, where it is a child of ours; null if only its parent knows. */
  readonly ended: Promise<ProcessEnd> | null;
  /** Attaches to the process, or to its successor after a restart; null for a target that is only seen from outside. */
  readonly attach: ((process: ProcessFacts | null) => Promise<Attachment>) | null;
}
