import { PostgresMonitor } from '../capture/database/postgres-monitor.ts';
import { createHostClock } from '../capture/host-clock.ts';
import { startTargetWatch, type TargetWatch } from '../drive/target-watch.ts';
import { redactAddress } from '../redact/redact-address.ts';
import { describeProcess } from '../target/describe-process.ts';
import { findTarget } from '../target/find-target.ts';
import { localPort } from '../target/load-port.ts';
import type { TargetSpec } from '../target/target-spec.ts';
import { type Arguments, flagArgument, textArgument } from './arguments.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Signals } from './stop-on-signals.ts';
import { targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';

interface WatchOfLoad {
  readonly watch: TargetWatch | null;
  release(): Promise<void>;
}

interface Watching {
  readonly terminal: Terminal;
  readonly signals: Signals;
  /** Through restarts of the service; a search for its breaking point ends with it. */
  readonly follows: boolean;
}

/**
 * What to look at while a load runs: the service that the command line names, from inside too; without one, whoever
 * listens at the address of the load on this machine, from outside alone, without touching it.
 */
export async function watchOfLoad(
  args: Arguments,
  baseUrl: string | null,
  { terminal, signals, follows }: Watching,
): Promise<WatchOfLoad> {
  const databaseUrl = textArgument(args, 'database');
  const database = databaseUrl === null ? null : await PostgresMonitor.open(databaseUrl, createHostClock());
  try {
    const watched = await watchService(args, baseUrl, database, { terminal, signals, follows });
    if (database && watched.watch === null)
      terminal.say('only the database can be watched: name the service, for example with --port');
    return {
      watch: watched.watch,
      async release() {
        await watched.release().finally(() => database?.close());
      },
    };
  } catch (error) {
    await database?.close();
    throw error;
  }
}

async function watchService(
  args: Arguments,
  baseUrl: string | null,
  database: PostgresMonitor | null,
  { terminal, signals, follows }: Watching,
): Promise<WatchOfLoad> {
  const spec = targetOf(args);
  if (spec === null) return outsideWatch(baseUrl, database, terminal);
  sayWhereLoadGoes(spec, baseUrl, terminal);
  const target = await resolveTarget(spec, 'load', {
    url: null,
    allowRemote: flagArgument(args, 'allow-remote'),
    signals,
  });
  try {
    const { attach, identity } = target;
    const attachment = attach && (await attach(target.process));
    const follow = attach && follows ? { attach, identity, say: terminal.say } : undefined;
    const loadPort = baseUrl === null ? null : localPort(baseUrl);
    const watch = attachment && startTargetWatch({ attachment, follow, loadPort }, createHostClock(), database);
    return {
      watch,
      async release() {
        await watch?.stop();
        const left = await attachment?.detach();
        for (const problem of left?.problems ?? []) terminal.say(`while detaching from the target: ${problem}`);
        await target.release();
      },
    };
  } catch (error) {
    await target.release();
    throw error;
  }
}

/** `--port` names the watched process, not where the load goes. The two are easily confused. */
function sayWhereLoadGoes(spec: TargetSpec, baseUrl: string | null, terminal: Terminal): void {
  const port = baseUrl === null ? null : localPort(baseUrl);
  if (!('port' in spec) || port === null || port === spec.port) return;
  terminal.say(
    `the load goes to ${redactAddress(baseUrl ?? '')}, but the watched service listens on port ${spec.port}: set --url`,
  );
}

function outsideWatch(baseUrl: string | null, database: PostgresMonitor | null, terminal: Terminal): WatchOfLoad {
  const nothing: WatchOfLoad = { watch: null, release: async () => {} };
  const port = baseUrl === null ? null : localPort(baseUrl);
  if (port === null) return nothing;
  try {
    const facts = findTarget({ port });
    terminal.say(`watching ${describeProcess(facts)} from outside; --port ${port} looks inside too`);
    const watch = startTargetWatch({ process: facts, loadPort: port }, createHostClock(), database);
    return { watch, release: () => watch.stop() };
  } catch {
    // Somebody else's, or no Node process: then the load runs without it.
    return nothing;
  }
}
