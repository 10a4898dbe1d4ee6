import { ProfilerError } from '../model/errors.ts';
import type { ExitCode } from '../model/exit-codes.ts';

/** A ProfilerError as it crosses threads: as its parts. */
export interface Refusal {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint: string;
}

/** Throws what is no ProfilerError. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ProfilerError)) throw error;
  const { code, exitCode, message, hint } = error;
  return { code, exitCode, message, hint };
}

export function errorOf({ code, exitCode, message, hint }: Refusal): ProfilerError {
  return new ProfilerError(code, exitCode, message, hint);
}
