import { describeBackends } from '../capture/addons/describe-backends.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { METRICS } from '../model/metric-catalogue.ts';
import type { MetricInfo } from '../model/metric-info.ts';
import { printable } from '../model/printable.ts';
import { closeAbandoned } from '../target/close-abandoned.ts';
import { diagnose, threadsOf } from '../target/diagnose.ts';
import { findTarget } from '../target/find-target.ts';
import { describeThread, type ThreadFacts } from '../target/one-thread.ts';
import { hasProc, withoutProc } from '../target/proc.ts';
import { terminalFor } from './arguments.ts';
import type { Command } from './command.ts';
import { noTargetError } from './resolve-target.ts';
import { TARGET_OPTIONS, targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';

/** What can and cannot be captured of a target, and what to change. Touches nothing but what a killed instance left open; an agent is asked for the threads of its service. */
export const doctorCommand: Command = (exit) => ({
  command: 'doctor',
  describe: 'say what can and cannot be captured of a service, and what to change',
  builder: (yargs) =>
    yargs
      .options({ ...TARGET_OPTIONS, inspect: { ...TARGET_OPTIONS.inspect, hidden: true } })
      .example('$0 doctor --port 3000', 'before the first soak'),
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
    const backends = describeBackends(
      facts,
      checks.every(({ ok }) => ok),
    );
    const threads = await threadsOf(facts);
    if (terminal.json) {
      terminal.data({ pid: facts.pid, name: facts.name, checks, backends, threads });
    } else {
      terminal.print(`${facts.name}, process ${facts.pid}: ${printable(facts.commandLine.join(' '))}`);
      for (const { check, ok, detail, fix } of checks) {
        terminal.print(`  ${ok ? 'ok     ' : 'trouble'}  ${check}: ${detail}${fix ? `\n           ${fix}` : ''}`);
      }
      if (backends.length > 0)
        terminal.print(
          'What can take captures there, of the main thread (soak takes heap snapshots of worker threads too):',
        );
      for (const { backend, captures, status, detail, fix } of backends) {
        const more = fix ? `\n           ${fix.replaceAll('\n', '\n           ')}` : '';
        terminal.print(`  ${status.padEnd(7)}  ${backend}, ${captures}: ${detail}${more}`);
      }
      for (const line of threadLines(threads, facts.isNode)) terminal.print(line);
    }
    exit(checks.every((check) => check.ok) ? EXIT.passed : EXIT.attachFailed);
  },
});

/** What `--thread` of `cpu` and `heap snapshot` can name. */
function threadLines(threads: readonly ThreadFacts[] | null, isNode: boolean): string[] {
  if (!isNode) return [];
  if (threads === null)
    return [
      'Worker threads: cpu and heap snapshot capture one with --thread N; here they are listed where the service has loaded the agent.',
    ];
  if (threads.length === 0) return ['The service has no worker threads now.'];
  return [
    'Worker threads, for cpu and heap snapshot:',
    ...threads.map((thread) => `  --thread ${thread.id}  ${describeThread(thread)}, ${printable(thread.url)}`),
  ];
}

/** macOS, Windows: what a soak measures there, and what it does not. */
function describeWithoutProc(terminal: Terminal): void {
  const { message, hint } = withoutProc();
  const named = (isOf: (source: MetricInfo['source']) => boolean): string[] =>
    (Object.entries(METRICS) as [string, MetricInfo][]).filter(([, { source }]) => isOf(source)).map(([name]) => name);
  const measured = named((source) => source === 'pidusage');
  const missing = named((source) => source === 'proc' || source === 'cgroup');
  if (terminal.json) {
    terminal.data({ platform: process.platform, hasProc: false, fix: hint, measured, missing });
    return;
  }
  terminal.print(`${process.platform}: ${message}`);
  terminal.print(`  trouble  --pid, --port, --name, --agent and starting a service cannot be used\n           ${hint}`);
  terminal.print(`  ok       by pidusage, if the service runs on this machine: ${measured.join(', ')}`);
  terminal.print(
    '  ok       from inside: heap, event loop, collections, requests, queries, CPU profiles, heap snapshots',
  );
  terminal.print(`  trouble  not measured without /proc: ${missing.join(', ')}`);
}
