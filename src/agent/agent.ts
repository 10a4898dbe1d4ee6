import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { RELAY_SCRIPT } from '../model/agent-protocol.ts';
import { openDoor } from './door.ts';
import { snapshotOnSignal } from './snapshot-on-signal.ts';
import { whyNot } from './why-not.ts';

// Loaded into a service: `node --import soak-profiler/agent server.js`, `--require`, or `import 'soak-profiler/agent'`.
// What goes wrong here must never become trouble of the service.

const LOADED = Symbol.for('soak-profiler agent');

/** A warning of Node: in its log, and where the service listens to warnings. */
function warn(text: string): void {
  process.emitWarning(`The soak-profiler agent is not available: ${text}`, { code: 'SOAK_PROFILER_AGENT' });
}

function tell(text: string): void {
  process.emitWarning(`soak-profiler: ${text}`, { code: 'SOAK_PROFILER_SNAPSHOT' });
}

function load(): void {
  const place = globalThis as unknown as Record<symbol, boolean | undefined>;
  if (!isMainThread || place[LOADED]) return;
  Object.defineProperty(place, LOADED, { value: true, enumerable: false });
  try {
    const reason = whyNot();
    if (reason !== null) {
      warn(reason);
      return;
    }
    openDoor(join(__dirname, RELAY_SCRIPT), warn);
    snapshotOnSignal(process.env, tell);
  } catch (error) {
    warn((error as Error).message);
  }
}

load();
