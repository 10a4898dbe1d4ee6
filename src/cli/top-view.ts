import { printable } from '../model/printable.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import { formatBytes } from '../model/units.ts';
import type { LiveSample } from '../session/watch-target.ts';
import type { Terminal } from './terminal.ts';

/** Shows samples as they come: a block that redraws itself, one line each where nobody looks, JSON lines with `--json`. */
export function createTopView(terminal: Terminal, facts: TargetFacts): (sample: LiveSample) => void {
  return (sample) => {
    if (terminal.json) terminal.data(sample);
    else if (terminal.isInteractive) terminal.redraw(topBlock(facts, sample, terminal.columns));
    else terminal.print(groupsOf(sample).flat().join('  '));
  };
}

/** The lines of the live block, none longer than the terminal is wide. */
export function topBlock(facts: TargetFacts, sample: LiveSample, columns: number): string[] {
  const title = `${printable(facts.name)}  process ${facts.pid}  Node ${facts.nodeVersion ?? 'unknown'}`;
  const lines = [title, ...groupsOf(sample).map((group) => `  ${group.join('  ')}`), 'Ctrl-C ends it.'];
  return lines.map((line) => line.slice(0, Math.max(20, columns - 1)));
}

function groupsOf({ values, perSecond }: LiveSample): string[][] {
  const { requests, gcMs } = perSecond;
  const active = values['requests.active'];
  return [
    [
      `cpu ${shown(values['process.cpu'], (cpu) => `${Math.round(cpu)} %`)}`,
      `threads ${shown(values['process.threads'], String)}`,
      `fds ${shown(values['process.fds'], String)}`,
    ],
    [
      `rss ${shown(values['process.rss'], formatBytes)}`,
      `heap ${shown(values['heap.used'], formatBytes)} of ${shown(values['heap.limit'], formatBytes)}`,
      `external ${shown(values['heap.external'], formatBytes)}`,
      `gc ${shown(gcMs ?? undefined, (ms) => `${ms.toFixed(1)} ms/s`)}`,
    ],
    [
      `loop p50 ${shown(values['loop.delay.p50'], milliseconds)} p99 ${shown(values['loop.delay.p99'], milliseconds)}`,
      `busy ${shown(values['loop.utilization'], (share) => `${Math.round(share * 100)} %`)}`,
      `sockets ${shown(values['resources.sockets'], String)}`,
      `timers ${shown(values['resources.timers'], String)}`,
      `requests ${shown(requests ?? undefined, (rate) => `${Math.round(rate)}/s`)}${active === undefined ? '' : ` (${active} active)`}`,
    ],
  ];
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '?' : format(value);
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
