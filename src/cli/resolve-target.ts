import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { redactAddress } from '../redact/redact-address.ts';
import type { SoakTarget } from '../soak/soak-target.ts';
import { attach } from '../target/attach.ts';
import { assessAttach } from '../target/attach-checks.ts';
import { attachToAddress } from '../target/attach-to-address.ts';
import { describeProcess } from '../target/describe-process.ts';
import { findListener } from '../target/find-listener.ts';
import { findRecorded, findTarget } from '../target/find-target.ts';
import { listNodeProcesses } from '../target/list-node-processes.ts';
import { localPort } from '../target/load-port.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import { redactCommandLine } from '../target/redact-command-line.ts';
import { type StopCommand, startCommand } from '../target/start-command.ts';
import type { TargetIdentity } from '../target/target-identity.ts';
import { assertNotHeld } from '../target/target-lock.ts';
import type { TargetSpec } from '../target/target-spec.ts';
import { HeldInspector } from './held-inspector.ts';
import type { Belonging, Signals } from './stop-on-signals.ts';

export interface ResolvedTarget extends SoakTarget {
  /** Ends what was started for this: the command after `--`, if there was one. */
  release(): Promise<void>;
}

export interface ResolveOptions {
  /** Base URL of the load: without a target it is one by itself, seen from outside. */
  readonly url: string | null;
  readonly allowRemote: boolean;
  readonly signals: Signals;
}

/** Finds what the command line means and refuses, before anything is touched, what must not be touched. */
export async function resolveTarget(
  spec: TargetSpec | { readonly recorded: TargetFacts } | null,
  command: string,
  options: ResolveOptions,
): Promise<ResolvedTarget> {
  if (spec === null) {
    if (options.url === null) throw noTargetError(command);
    return outsideOnly(options.url);
  }
  if ('inspect' in spec) return atAddress(spec.inspect, options);
  if ('command' in spec) {
    const { signals } = options;
    const { facts, root, ended, stop } = await startCommand(spec.command, {
      signal: signals.stop,
      onSpawn: (stopNow) => signals.add(startedCommand(stopNow)),
    });
    const named = { ...facts, namedBy: ['--', ...redactCommandLine(spec.command)] };
    const target = ofProcess(named, { by: 'command', command: root }, signals);
    // For a launcher above it, we learn how the launcher ended, which may be different.
    return { ...target, ended: facts.pid === root.pid ? ended : null, release: () => stop() };
  }
  const facts = 'recorded' in spec ? findRecorded(spec.recorded) : findTarget(spec);
  // A soak reports what is visible from outside for any process, and does not touch it otherwise.
  if (command === 'soak' && 'pid' in spec && !facts.isNode) return fromOutside(facts, { by: 'pid' });
  const refusal = assessAttach(facts, { isOpen: true });
  if (refusal) throw refusal;
  await assertNotHeld(facts);
  return {
    ...ofProcess(
      { ...facts, namedBy: wordsFor(spec, facts) },
      'recorded' in spec ? { by: 'pid' } : identityOf(spec),
      options.signals,
    ),
    release: async () => {},
  };
}

/** No target was named anywhere: the error lists what could be one, with the line to type for each. */
export function noTargetError(command: string): ProfilerError {
  const processes = listNodeProcesses().filter((facts) => !facts.isOurs);
  const lines = processes.map((facts) => `  profiler ${command} --pid ${facts.pid}    # ${describeProcess(facts)}`);
  const hint =
    lines.length === 0
      ? 'No Node process of this user is running. Start the service and give --pid, --port or --name. Or let the tool start it: profiler soak -- node server.js'
      : ['Visible Node processes, with the command for each:', ...lines].join('\n');
  return new ProfilerError(
    'no-target',
    EXIT.usage,
    'No target: neither the command line nor a profiler.config.yaml names one.',
    hint,
  );
}

type LocalSpec = Exclude<TargetSpec, { readonly inspect: string } | { readonly command: readonly string[] }>;

function identityOf(spec: LocalSpec): TargetIdentity {
  if ('port' in spec) return { by: 'port', port: spec.port };
  return 'name' in spec ? { by: 'name', pattern: spec.name } : { by: 'pid' };
}

/** What names the process that comes after a fix: it has another pid. */
function wordsFor(spec: LocalSpec | { readonly recorded: TargetFacts }, { name }: TargetFacts): string[] {
  if ('port' in spec) return ['--port', String(spec.port)];
  if ('agent' in spec) return ['--agent', spec.agent];
  return ['--name', 'name' in spec ? spec.name : name];
}

/** It was started for this, so it ends with this. */
function startedCommand(stop: StopCommand): Belonging {
  return {
    end: () => stop({ patienceMs: 1_000 }).then(() => ''),
    left: () => 'the command that was started has been killed',
  };
}

function ofProcess(
  facts: ProcessFacts & Pick<TargetFacts, 'namedBy'>,
  identity: TargetIdentity,
  signals: Signals,
): SoakTarget {
  const held = new HeldInspector(facts.name, (now) => attach(now ?? facts));
  signals.add(held);
  return { facts, process: facts, identity, ended: null, attach: held.attach };
}

/** Connects once to find out which process answers; the inspector was open before and stays open. */
async function atAddress(address: string, { allowRemote, signals }: ResolveOptions): Promise<ResolvedTarget> {
  const first = await attachToAddress(address, { allowRemote });
  const { facts, process } = first;
  await first.detach();
  const held = new HeldInspector(facts.name, (expected) => attachToAddress(address, { allowRemote, expected }));
  signals.add(held);
  const namedBy = ['--inspect', redactAddress(address), ...(allowRemote ? ['--allow-remote'] : [])];
  return {
    facts: { ...facts, namedBy },
    process,
    // The process that listens there is the one that was named.
    identity: { by: 'port', port: first.inspector.port },
    ended: null,
    attach: held.attach,
    release: async () => {},
  };
}

/** The process that listens at an address of this host is sampled from outside; it is not touched. */
function outsideOnly(url: string): ResolvedTarget {
  const port = localPort(url);
  const listener = port === null ? null : findListener(port);
  if (port !== null && listener !== null) return fromOutside(listener, { by: 'port', port });
  const { host } = new URL(url);
  return {
    facts: {
      pid: 0,
      startTicks: 0,
      nodeVersion: null,
      commandLine: [redactAddress(url)],
      cwd: '',
      name: host,
      namedBy: [],
    },
    process: null,
    identity: { by: 'pid' },
    ended: null,
    attach: null,
    release: async () => {},
  };
}

function fromOutside(process: ProcessFacts, identity: TargetIdentity): ResolvedTarget {
  return { facts: process, process, identity, ended: null, attach: null, release: async () => {} };
}
