import type { OpenInspector } from './probe-inspector.ts';

/** For the hint of a refusal: what to do where no inspector may be opened. */
export const LOAD_AGENT =
  'Or start it with the agent of this tool, which needs no signal and no port: node --import soak-profiler/agent server.js';

const SCHEME = 'agent:';

/** The agent whose door is at this path, as one more inspector that is open already: it has no port. */
export function agentAt(path: string): OpenInspector {
  return { host: '', port: 0, url: `${SCHEME}${path}` };
}

export function isAgent({ url }: OpenInspector): boolean {
  return pathOfAgent(url) !== null;
}

/** Null for the address of an inspector. */
export function pathOfAgent(url: string): string | null {
  return url.startsWith(SCHEME) ? url.slice(SCHEME.length) : null;
}
