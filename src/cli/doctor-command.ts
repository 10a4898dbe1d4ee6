import { type BackendFacts, describeBackends } from '../capture/addons/describe-backends.ts';
import { ownCommand } from '../files/own-command.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import { shellWord } from '../model/shell-word.ts';
import { formatBytes, formatDuration } from '../model/units.ts';
import { attachedOutlook, type SnapshotOutlook, snapshotOutlook } from '../session/snapshot-outlook.ts';
import { closeAbandoned } from '../target/close-abandoned.ts';
import { type Diagnosis, diagnose, threadsOf } from '../target/diagnose.ts';
import { findTarget } from '../target/find-target.ts';
import { nodeVersionOf } from '../target/node-binary.ts';
import { describeThread, type ThreadFacts } from '../target/one-thread.ts';
import { hasProc } from '../target/proc.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import type { TargetSpec } from '../target/target-spec.ts';
import { type Arguments, flagArgument, terminalFor } from './arguments.ts';
import type { Command } from './command.ts';
import { describeWithoutProc } from './describe-without-proc.ts';
import { noTargetError } from './resolve-target.ts';
import { TARGET_OPTIONS, targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';
import { withAttachment } from './with-attachment.ts';

interface Findings {
  readonly facts: ProcessFacts;
  readonly nodeVersion: string | null;
  readonly outlook: SnapshotOutlook | null;
  readonly checks: readonly Diagnosis[];
  readonly backends: readonly BackendFacts[];
  /** Null if they were not requested. */
  readonly threads: readonly ThreadFacts[] | null;
  /** The words that named the process. */
  readonly words: string;
}

/**
 * What can and cannot be captured of a target, and what to change. Touches nothing but what a killed instance left open,
 * unless `--attach` is given; an agent is asked for the worker threads.
 */
export const doctorCommand: Command = (exit) => ({
  command: 'doctor',
  describe: 'say what can and cannot be captured of a service, and what to change',
  builder: (yargs) =>
    yargs
      .options({ ...TARGET_OPTIONS, inspect: { ...TARGET_OPTIONS.inspect, hidden: true } })
      .options({
        attach: {
          type: 'boolean',
          default: false,
          describe: 'attach for a moment and ask V8 for its heap: an exact estimate instead of an upper limit',
        },
        all: { type: 'boolean', default: false, describe: 'list every check, also those where nothing is wrong' },
      })
      .example('$0 doctor --port 3000', 'before the first soak; does not touch the service')
      .example('$0 doctor --port 3000 --attach', 'estimate a snapshot by the heap itself'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const spec = targetOf(args);
    if (spec && 'inspect' in spec) {
      throw new ProfilerError(
        'usage',
        EXIT.usage,
        'doctor checks a process on this machine; it cannot check an address.',
        'Give the process: --pid, --port or --name. To try an address: profiler top --inspect HOST:PORT',
      );
    }
    if (!hasProc()) {
      describeWithoutProc(terminal);
      exit(EXIT.attachFailed);
      return;
    }
    if (!spec || 'command' in spec) throw noTargetError('doctor');
    const facts = findTarget(spec);
    for (const closed of await closeAbandoned()) terminal.say(closed);
    const checks = await diagnose(facts);
    const isFit = checks.every(({ ok }) => ok);
    const nodeVersion = nodeVersionOf(facts.pid);
    const outlook = await outlookOf(facts, nodeVersion, args, terminal, isFit);
    const backends = describeBackends(facts, isFit);
    const threads = await threadsOf(facts);
    const found = { facts, nodeVersion, outlook, checks, backends, threads, words: wordsOf(spec) };
    if (terminal.json) terminal.data(toJson(found));
    else terminal.print(toText(found, flagArgument(args, 'all')));
    exit(isFit ? EXIT.passed : EXIT.attachFailed);
  },
});

async function outlookOf(
  facts: ProcessFacts,
  nodeVersion: string | null,
  args: Arguments,
  terminal: Terminal,
  isFit: boolean,
): Promise<SnapshotOutlook | null> {
  if (!facts.isNode) return null;
  if (!flagArgument(args, 'attach') || !isFit) return snapshotOutlook(facts.pid, nodeVersion);
  return await withAttachment(args, terminal, {
    command: 'doctor',
    stopWords: 'stopping',
    action: (attachment) => attachedOutlook(attachment),
  });
}

function wordsOf(spec: TargetSpec): string {
  const [[option, value] = ['', '']] = Object.entries(spec);
  return `--${option} ${shellWord(String(value))}`;
}

function toJson({ facts, nodeVersion, outlook, checks, backends, threads, words }: Findings): object {
  const snapshot = outlook && {
    by: outlook.by,
    pauseMs: outlook.estimate.pauseMs,
    extraBytes: outlook.estimate.extraBytes,
    maxPauseMs: outlook.maxPauseMs,
    refused: outlook.estimate.verdict === 'go' ? null : outlook.estimate.verdict.refused,
  };
  const { pid, name, rssBytes } = facts;
  const heapBytes = outlook?.by === 'heap' ? outlook.heapBytes : null;
  return {
    pid,
    name,
    nodeVersion,
    rssBytes,
    heapBytes,
    snapshot,
    checks,
    backends,
    threads,
    next: nextCommand(checks, words),
  };
}

function toText(found: Findings, all: boolean): string {
  const { facts, nodeVersion, outlook, checks, backends, threads, words } = found;
  const troubles = checks.filter(({ ok }) => !ok);
  const heap = outlook?.by === 'heap' ? `, heap ${formatBytes(outlook.heapBytes)}` : '';
  return [
    `${printable(facts.name)}, process ${facts.pid}: ${printable(facts.commandLine.join(' '))}`,
    `  Node       ${nodeVersion ?? 'version unknown'}; memory ${formatBytes(facts.rssBytes)}${heap}`,
    ...(outlook ? snapshotLines(outlook) : []),
    troubles.length === 0
      ? `  attach     possible: ${checks.length} checks, no trouble${all ? '' : ' (--all lists them)'}`
      : `  attach     not possible: ${troubles.length} of ${checks.length} checks failed`,
    ...(all ? checks : troubles).flatMap(checkLines),
    ...backendLines(backends, all),
    ...threadLines(threads, facts.isNode && all),
    '',
    troubles.length === 0 ? 'Next:' : 'Change that first, then:',
    `  ${nextCommand(checks, words)}`,
  ].join('\n');
}

function snapshotLines({ by, estimate, maxPauseMs }: SnapshotOutlook): string[] {
  const { pauseMs, extraBytes, verdict } = estimate;
  const most = by === 'resident' ? 'at most ' : 'about ';
  const costs = `pauses the service for ${most}${formatDuration(pauseMs)} and takes up to ${formatBytes(extraBytes)} more memory`;
  const lines = [`  snapshot   ${costs}; ${formatDuration(maxPauseMs)} are allowed`];
  if (by === 'resident') {
    const open = verdict === 'go' ? '' : '; it also tells whether that is too much';
    lines.push(`             (as if all of its memory were heap; --attach asks V8 for the heap${open})`);
  } else if (verdict !== 'go')
    lines.push(
      `             refused as it stands: ${verdict.refused}`,
      '             Allow a longer pause with --max-pause, or soak without snapshots: --snapshots 0',
    );
  return lines;
}

function checkLines({ check, ok, detail, fix }: Diagnosis): string[] {
  const more = fix === '' ? [] : fix.split('\n').map((line) => `               ${line}`);
  return [`    ${ok ? 'ok     ' : 'trouble'}  ${check}: ${detail}`, ...more];
}

/** What works is named; what could work, and how, only where it is asked for: nothing needs it. */
function backendLines(backends: readonly BackendFacts[], all: boolean): string[] {
  if (backends.length === 0) return [];
  if (!all) {
    const of = (status: BackendFacts['status']): string[] =>
      backends.filter((one) => one.status === status).map(({ backend }) => backend);
    const parts = (['works', 'could', 'no', 'unknown'] as const)
      .map((status) => ({ names: of(status), words: STATUS[status] }))
      .filter(({ names }) => names.length > 0);
    return [`  back ends  ${parts.map(({ names, words }) => `${words}: ${names.join(', ')}`).join('; ')}`];
  }
  return [
    '  back ends, of the main thread (soak takes heap snapshots of worker threads too):',
    ...backends.flatMap(({ backend, captures, status, detail, fix }) => [
      `    ${status.padEnd(7)}  ${backend}, ${captures}: ${detail}`,
      ...(fix === '' ? [] : fix.split('\n').map((line) => `               ${line}`)),
    ]),
  ];
}

/** What `--thread` of `cpu` and `heap snapshot` can name. */
function threadLines(threads: readonly ThreadFacts[] | null, isAsked: boolean): string[] {
  if (threads === null) {
    const where = 'they are listed here where the service has loaded the agent';
    return isAsked ? [`  threads    cpu and heap snapshot capture a worker thread with --thread N; ${where}`] : [];
  }
  if (threads.length === 0) return ['  threads    no worker threads now'];
  return [
    '  threads    of cpu and heap snapshot:',
    ...threads.map((thread) => `    --thread ${thread.id}  ${describeThread(thread)}, ${printable(thread.url)}`),
  ];
}

const STATUS: Readonly<Record<BackendFacts['status'], string>> = {
  works: 'usable',
  could: 'could be added',
  no: 'cannot be used',
  unknown: 'unknown',
};

function nextCommand(checks: readonly Diagnosis[], words: string): string {
  const isFit = checks.every(({ ok }) => ok);
  return `${ownCommand()} ${isFit ? `soak ${words} --minutes 5` : `doctor ${words}`}`;
}
