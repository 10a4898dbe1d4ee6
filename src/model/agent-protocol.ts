/**
 * How the tool and the agent in a service speak. The agent listens at its door, a socket of the Unix domain. Whoever
 * comes says `{"soakProfilerAgent":1}` and keeps that connection open for as long as it stays. The answer names a second
 * socket, in the same folder: each connection to that one is one inspector session of its own, with the messages of the
 * Chrome DevTools Protocol. Everything is JSON, one line a message.
 */
export const AGENT_PROTOCOL = 1;

/** What opens the conversation. */
export interface AgentHello {
  readonly soakProfilerAgent: number;
}

/** What the agent answers at its door. */
export interface AgentWelcome extends AgentHello {
  /** Name of the socket for sessions, beside the door; null if there is none, and then `refusal` says why. */
  readonly sessions: string | null;
  readonly refusal: string | null;
}

/** Name of the folder of a user's agents; one that had to be made beside it has more behind the name. */
export const AGENT_FOLDER = 'soak-profiler-agent-';

/** Of the paths that a process listens on, the door of an agent: `<folder>/<pid>-<start>.agent`. */
const DOOR = /\/soak-profiler-agent-[^/]+\/\d+-\d+\.agent$/;

export function isAgentDoor(path: string): boolean {
  return DOOR.test(path);
}

/** Also of what it listens on for sessions. */
export function isOfAgent(path: string): boolean {
  return path.includes(`/${AGENT_FOLDER}`);
}

/** The script of the thread that an agent starts in a service while the tool is there: no thread of the service. */
export const RELAY_SCRIPT = 'relay-thread.cjs';

export function isRelay(script: string): boolean {
  return script.endsWith(`/agent/${RELAY_SCRIPT}`);
}

/** Null for what no agent says. */
export function readWelcome(line: string): AgentWelcome | null {
  try {
    const { soakProfilerAgent, sessions = null, refusal = null } = JSON.parse(line) as Record<string, unknown>;
    if (typeof soakProfilerAgent !== 'number') return null;
    // A name, not a path that leads elsewhere.
    const isName = typeof sessions === 'string' && /^[\w.-]+$/.test(sessions);
    return {
      soakProfilerAgent,
      sessions: isName ? sessions : null,
      refusal: typeof refusal === 'string' ? refusal : null,
    };
  } catch {
    return null;
  }
}
