import { METRICS } from '../model/metric-catalogue.ts';
import type { MetricInfo } from '../model/metric-info.ts';
import { withoutProc } from '../target/proc.ts';
import type { Terminal } from './terminal.ts';

/** macOS, Windows: what a soak measures there, and what it does not. */
export function describeWithoutProc(terminal: Terminal): void {
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
