import { formatBytes } from '../model/units.ts';
import type { LiveSample } from '../session/watch-target.ts';
import type { Terminal } from './terminal.ts';

/** Shows samples as they come without a full-screen view: one line each, JSON lines with `--json`. */
export function createTopView(terminal: Terminal): (sample: LiveSample) => void {
  return (sample) => {
    if (terminal.json) terminal.data(sample);
    else terminal.print(groupsOf(sample).flat().join('  '));
  };
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
