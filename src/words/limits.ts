/** What memory grows into. */
export const MEMORY_LIMIT = {
  heap: "V8's heap limit",
  container: 'container memory limit',
  asked: 'RSS threshold',
} as const;

/** Why a run fails: a threshold of the scenario or of --slo. */
export function limitBroken(name: string, limit: string): string {
  return `threshold ${name} ${limit}`;
}

/** Why a run fails: a gate, by the first thing that was found. */
export function gateFailed(gate: string, topTitle: string | null): string {
  return `${gate} gate${topTitle === null ? '' : ` (${topTitle.replace(/\.$/, '')})`}`;
}
