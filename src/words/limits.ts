/** What memory grows into. */
export const MEMORY_LIMIT = {
  heap: "V8's heap limit",
  container: 'memory limit of the container',
  asked: 'limit on RSS that was asked for',
} as const;

/** Why a run fails: a limit that was asked for. */
export function limitBroken(name: string, limit: string): string {
  return `limit ${name} ${limit}`;
}

/** Why a run fails: a gate, by the first thing that was found. */
export function gateFailed(gate: string, topTitle: string | null): string {
  return `${gate} gate${topTitle === null ? '' : ` (${topTitle.replace(/\.$/, '')})`}`;
}
