import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

/** A snapshot that cannot be read: says in which section and at which byte. */
export function damaged(section: string, offset: number, what: string): ProfilerError {
  return new ProfilerError(
    'snapshot-damaged',
    EXIT.usage,
    `heap snapshot damaged in section \`${section}\` at byte ${offset}: ${what}`,
    'Take it again, or read the intact part with --salvage.',
  );
}

/** A snapshot that ends too early, as when the process or the disk gave up while it was written. */
export function truncated(section: string, offset: number): ProfilerError {
  return new ProfilerError(
    'snapshot-truncated',
    EXIT.usage,
    `heap snapshot ends at byte ${offset}, within section \`${section}\``,
    'It was cut off while it was written or copied. Read the intact part with --salvage.',
  );
}

export function notASnapshot(what: string): ProfilerError {
  return new ProfilerError(
    'not-a-heap-snapshot',
    EXIT.usage,
    `not a heap snapshot: ${what}`,
    'Expected a .heapsnapshot file as V8 writes it (plain, .gz or .br).',
  );
}
