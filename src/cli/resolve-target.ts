import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { redactArguments } from '../redact/redact-arguments.ts';
import type { SoakTarget } from '../soak/soak-target.ts';
import { attach } from '../target/attach.ts';
import { assessAttach } from '../target/attach-checks.ts';
import { attachToAddress } from '../target/attach-to-address.ts';
import { describeProcess } from '../target/describe-process.ts';
import { findTarget } from '../target/find-target.ts';
import { listNodeProcesses } from '../target/list-node-processes.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import { startCommand } from '../target/start-command.ts';
import type { TargetSpec } from '../target/target-spec.ts';

export interface ResolvedTarget extends SoakTarget {
  /** Ends what was started for this: the command after `--`, if there was one. */
  release(): Promise<void>;
}

export interface ResolveOptions {
  /** Base URL of the load: without a target it is one by itself, seen from outside. */
  readonly url: string | null;
  readonly allowRemote: boolean;
}

/** Finds what the command line means and refuses, before anything is touched, what must not be touched. */
export async function resolveTarget(
  spec: TargetSpec | null,
  command: string,
  options: ResolveOptions,
): Promise<ResolvedTarget> {
  if (spec === null) {
    if (options.url === null) throw noTargetError(command);
    return outsideOnly(options.url);
  }
  if ('inspect' in spec) return atAddress(spec.inspect, options.allowRemote);
  if ('command' in spec) {
    const started = await startCommand(spec.command);
    return { ...ofProcess(started.facts), release: () => started.stop() };
  }
  const facts = findTarget(spec);
  const refusal = assessAttach(facts, { isOpen: true });
  if (refusal) throw refusal;
  return { ...ofProcess(facts), release: async () => {} };
}

/** No target was named anywhere: the error lists what could be one, with the line to type for each. */
export function noTargetError(command: string): ProfilerError {
  const processes = listNodeProcesses().filter((facts) => !facts.isOurs);
  const lines = processes.map((facts) => `  profiler ${command} --pid ${facts.pid}    # ${describeProcess(facts)}`);
  const hint =
    lines.length === 0
      ? 'No Node process of yours can be seen. Start the service and name it with --pid, --port or --name, or start it through the tool: profiler soak -- node server.js'
      : ['Node processes that can be seen, with the line to type for each:', ...lines].join('\n');
  return new ProfilerError(
    'no-target',
    EXIT.usage,
    'No target: neither the command line nor a profiler.config.yaml names one.',
    hint,
  );
}

function ofProcess(facts: ProcessFacts): SoakTarget {
  return { facts, process: facts, attach: (now) => attach(now ?? facts) };
}

/** Connects once to learn who answers; the inspector was open before and stays open. */
async function atAddress(address: string, allowRemote: boolean): Promise<ResolvedTarget> {
  const first = await attachToAddress(address, { allowRemote });
  const { facts, process } = first;
  await first.detach();
  return { facts, process, attach: () => attachToAddress(address, { allowRemote }), release: async () => {} };
}

function outsideOnly(url: string): ResolvedTarget {
  const { host } = new URL(url);
  return {
    facts: { pid: 0, startTicks: 0, nodeVersion: null, commandLine: redactArguments([url]), cwd: '', name: host },
    process: null,
    attach: null,
    release: async () => {},
  };
}
