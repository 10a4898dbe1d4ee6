/** Exit codes of every command. 2 and 3 end before a run; of the rest, `RANK` says which wins when several apply. */
export const EXIT = {
  passed: 0,
  gateFailed: 1,
  usage: 2,
  attachFailed: 3,
  targetLost: 4,
  notEnoughData: 5,
  storage: 6,
  stoppedByUser: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const RANK: readonly ExitCode[] = [6, 130, 1, 4, 5, 0];

/** The one exit code of a run to which several apply: 6, 130, 1, 4, 5, 0 in this order. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return RANK.find((code) => codes.includes(code)) ?? EXIT.passed;
}
