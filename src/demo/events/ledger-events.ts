import { EventEmitter } from 'node:events';
import type { Faults } from '../faults.ts';
import type { RequestContext } from '../http/request-context.ts';

/** The last entry that a checkpoint covers, and when it was made. */
export interface Checkpoint {
  readonly entryId: number;
  readonly atMs: number;
}

/** Watches for a checkpoint while one request is under way. */
export interface CheckpointWatch {
  /** The checkpoint that was made since the request came, if one was. */
  seen(): Checkpoint | null;
  stop(): void;
}

/**
 * Tells the requests under way of checkpoints. Fault `leak-listener`: the end of a watch leaves its listener, one a
 * request to /lock-proof.
 */
export class LedgerEvents extends EventEmitter<{ checkpoint: [Checkpoint] }> {
  private readonly keepsListeners: boolean;

  constructor(faults: Faults) {
    super();
    this.keepsListeners = faults.has('leak-listener');
    // One listener for each request under way: hundreds are no mistake.
    this.setMaxListeners(0);
  }

  watchCheckpoint(context: RequestContext): CheckpointWatch {
    let seen: Checkpoint | null = null;
    const onCheckpoint = (checkpoint: Checkpoint): void => {
      if (checkpoint.atMs >= context.receivedAtMs) seen ??= checkpoint;
    };
    this.on('checkpoint', onCheckpoint);
    return {
      seen: () => seen,
      stop: () => {
        if (!this.keepsListeners) this.off('checkpoint', onCheckpoint);
      },
    };
  }
}
