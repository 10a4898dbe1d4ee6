/**
 * Exit codes of every command. 2 and 3 end before a run; of the rest, `RANK` says which wins when several apply. A defect
 * of the tool has a code of its own (EX_SOFTWARE of sysexits.h), so that it is never taken for a gate that failed.
 */
export const EXIT = {
  passed: 0,
  gateFailed: 1,
  usage: 2,
  attachFailed: 3,
  targetLost: 4,
  notEnoughData: 5,
  storage: 6,
  toolFailed: 70,
  stoppedByUser: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const RANK: readonly ExitCode[] = [70, 6, 130, 1, 4, 5, 0];

/** The one exit code of a run to which several apply: 70, 6, 130, 1, 4, 5, 0 in this order. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return RANK.find((code) => codes.includes(code)) ?? EXIT.passed;
}
