import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { rethrowFor } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { type Bytes, formatBytes } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import { pickSnapshotsToDrop } from '../record/snapshot-budget.ts';
import type { RunLog } from './run-log.ts';

export interface DiskGuardOptions {
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  /** On the disk of the run; null if unknown. */
  readonly freeBytes: () => Bytes | null;
  /** What the journals will still need until the end: samples go before captures. */
  readonly reservedBytes: () => Bytes;
}

/** Keeps the disk of a run for its samples: a capture that would leave too little room for them is not made. */
export class DiskGuard {
  readonly #options: DiskGuardOptions;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** Why an artefact of this many bytes cannot be kept; null if it can. To be called before the target is paused for it. */
  refusal(bytes: Bytes): string | null {
    const { recorder } = this.#options;
    if (recorder.inTrouble !== null) return `the disk refuses writes now (${recorder.inTrouble.message})`;
    const missing = this.#missing(bytes);
    return missing <= 0
      ? null
      : `ENOSPC, its file may take ${formatBytes(bytes)}, and the disk has ${formatBytes(this.#options.freeBytes() ?? 0)} left, of which the samples need ${formatBytes(this.#options.reservedBytes())}`;
  }

  /** Throws a ProfilerError (exit 6) where `refusal` has a reason. */
  refuse(file: string, bytes: Bytes): void {
    const reason = this.refusal(bytes);
    if (reason === null) return;
    const hint = 'Free some space, or record to another disk with --out.';
    throw new ProfilerError('storage', EXIT.storage, `cannot write ${file}: ${reason}`, hint);
  }

  /**
   * Removes earlier snapshots of one life of the target, where that makes room for one more: the first and the last stay,
   * growth is measured between them.
   */
  async makeRoom(bytes: Bytes, segment: number): Promise<void> {
    const { recorder, log } = this.#options;
    const missing = this.#missing(bytes);
    if (recorder.inTrouble !== null || missing <= 0) return;
    const own = recorder.manifest.snapshots.filter((snapshot) => snapshot.segment === segment);
    const heldBytes = own.reduce((sum, snapshot) => sum + snapshot.bytes, 0);
    const dropped = pickSnapshotsToDrop(own, heldBytes - missing);
    if (dropped.reduce((sum, snapshot) => sum + snapshot.bytes, 0) < missing) return;
    for (const { file } of dropped) {
      const path = join(recorder.dir, file);
      recorder.refuse(path);
      await unlink(path).catch(rethrowFor(path));
      const detail = `${file} was removed to make room for a later snapshot`;
      log.event({ type: 'note', detail });
      log.say(detail);
      recorder.noteLoss(file, 'removed to make room for a later snapshot');
    }
    const gone = new Set(dropped.map(({ file }) => file));
    await recorder.updateManifest((manifest) => ({
      ...manifest,
      snapshots: manifest.snapshots.filter(({ file }) => !gone.has(file)),
    }));
  }

  #missing(bytes: Bytes): Bytes {
    const free = this.#options.freeBytes();
    return free === null ? 0 : bytes + this.#options.reservedBytes() - free;
  }
}
