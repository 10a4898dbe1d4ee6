/** How a process ended, as reported to its parent. */
export type ProcessEnd =
  | { readonly by: 'exit'; readonly code: number }
  | { readonly by: 'signal'; readonly signal: NodeJS.Signals };

/** `code 1`, `signal SIGKILL`. */
export function endText(end: ProcessEnd): string {
  return end.by === 'exit' ? `code ${end.code}` : `signal ${end.signal}`;
}
