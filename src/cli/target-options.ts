import type { Options } from 'yargs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Attachment } from '../target/attachment.ts';
import { describeThread } from '../target/one-thread.ts';
import type { TargetSpec } from '../target/target-spec.ts';
import { type Arguments, numberArgument } from './arguments.ts';
import { numberOption, textOption } from './option-types.ts';

/** The TARGET options that every command shares. */
export const TARGET_OPTIONS: Readonly<Record<'pid' | 'port' | 'name' | 'inspect' | 'agent', Options>> = {
  pid: { ...numberOption('pid', 'process id of the service', { min: 1, integer: true }), group: 'Target:' },
  port: {
    ...numberOption('port', 'the process that listens on this TCP port', { min: 1, integer: true }),
    group: 'Target:',
  },
  name: {
    ...textOption('name', 'the process whose package name, script or command line contains this'),
    group: 'Target:',
  },
  inspect: { ...textOption('inspect', 'an inspector that is already open: ws://… or HOST:PORT'), group: 'Target:' },
  agent: {
    ...textOption(
      'agent',
      'the socket of the agent that a service has loaded; --pid, --port and --name find it themselves',
    ),
    group: 'Target:',
  },
};

/** Of the commands that attach to one target for a moment. */
export const ATTACH_OPTIONS: Readonly<Record<'allow-remote', Options>> = {
  'allow-remote': {
    type: 'boolean',
    default: false,
    describe: 'allow --inspect to connect to another host',
    group: 'Target:',
  },
};

/** Of the commands that can capture a worker thread. */
export const THREAD_OPTION: Readonly<Record<'thread', Options>> = {
  thread: {
    ...numberOption('thread', 'a worker thread instead of the main thread, by its id; doctor lists them', {
      integer: true,
    }),
    group: 'Target:',
  },
};

/** The one target that the command line names, or null; two ways at once are an error. */
export function targetOf(args: Readonly<Record<string, unknown>>): TargetSpec | null {
  const specs: TargetSpec[] = [];
  if (typeof args.pid === 'number') specs.push({ pid: args.pid });
  if (typeof args.port === 'number') specs.push({ port: args.port });
  if (typeof args.name === 'string') specs.push({ name: args.name });
  if (typeof args.inspect === 'string') specs.push({ inspect: args.inspect });
  if (typeof args.agent === 'string') specs.push({ agent: args.agent });
  // What follows `--` on the command line.
  const command = args['--'];
  if (Array.isArray(command) && command.length > 0) specs.push({ command: command.map(String) });
  if (specs.length > 1) {
    throw new ProfilerError(
      'target-twice',
      EXIT.usage,
      'The target was given in more than one way.',
      'Keep one of --pid, --port, --name, --inspect, --agent, -- command.',
    );
  }
  return specs[0] ?? null;
}

/** As text: what an attachment captures. */
export function capturedName({ facts, thread }: Pick<Attachment, 'facts' | 'thread'>): string {
  return `${facts.name} (process ${facts.pid}${thread ? `, ${describeThread(thread)}` : ''})`;
}

/** Throws a ProfilerError (exit 2) where both were given. */
export function refuseWithThread(args: Arguments, option: string, reason: string): void {
  if (!numberArgument(args, 'thread')) return;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--thread and ${option} do not go together: ${reason}.`,
    `Omit one of them.`,
  );
}
