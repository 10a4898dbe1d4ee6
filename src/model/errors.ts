import type { ExitCode } from './exit-codes.ts';

/**
 * An error that a user can act on. It is printed in one place (the command line) as `what`, then `hint`;
 * nothing else prints or exits. Anything that is not a ProfilerError is a defect of ours and keeps its stack.
 */
export class ProfilerError extends Error {
  /** Stable, for programs: `target-not-node`, `scenario-invalid`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  /** What to do about it: one or more lines. */
  readonly hint: string;

  constructor(code: string, exitCode: ExitCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProfilerError';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
