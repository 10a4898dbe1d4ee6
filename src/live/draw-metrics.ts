import { formatBytes, formatCount, formatDuration } from '../model/units.ts';
import { type Line, type Span, span } from './line.ts';
import type { LiveGrowth, LiveState } from './live-state.ts';
import { LABEL_WIDTH, type ScreenSize } from './screen-size.ts';
import { sparkline } from './series.ts';

const VALUE_WIDTH = 20;
const NOTE_WIDTH = 33;

/** One line per metric: its value, what it means, and its course. */
export function metricLines(state: LiveState, size: ScreenSize): Line[] {
  const { values, series, growth } = state;
  return [
    metric(
      'heap live',
      bytes(values['heap.live']),
      series.live,
      growthNote(growth, values['heap.live'] !== undefined),
      size,
    ),
    metric(
      'heap used',
      `${bytes(values['heap.used'])} of ${bytes(values['heap.limit'])}`,
      [],
      quiet(externalNote(state)),
      size,
    ),
    metric('rss', bytes(values['process.rss']), series.rss, quiet(limitNote(state)), size),
    metric('cpu', percent(values['process.cpu']), series.cpu, quiet(threadNote(state)), size),
    metric('loop p99', millis(values['loop.delay.p99']), series.loop, quiet(busyNote(state)), size),
    metric(
      'requests',
      state.requestsPerSecond === null ? '?' : `${rounded(state.requestsPerSecond)}/s`,
      series.requests,
      quiet(activeNote(state)),
      size,
    ),
    metric(
      'latency',
      state.latencyMs === null ? '?' : `${millis(state.latencyMs)} ${state.latencyOf}`,
      series.latency,
      quiet(''),
      size,
    ),
    [
      span(` ${'handles'.padEnd(LABEL_WIDTH)}`, 'dim'),
      span(
        `fds ${shown(values['process.fds'])}  sockets ${shown(values['resources.sockets'])}  timers ${shown(values['resources.timers'])}`,
      ),
    ],
  ];
}

/** Label, value, note, sparkline: the sparkline takes what the others leave. */
function metric(label: string, value: string, values: readonly number[], note: Span, size: ScreenSize): Line {
  const width = Math.max(0, size.columns - 1 - LABEL_WIDTH - VALUE_WIDTH - NOTE_WIDTH - 1);
  return [
    span(` ${label.padEnd(LABEL_WIDTH)}`, 'dim'),
    span(value.padEnd(VALUE_WIDTH), 'bold'),
    { ...note, text: width > 0 ? note.text.padEnd(NOTE_WIDTH) : note.text },
    span(sparkline(values, width, size.isUnicode), 'series'),
  ];
}

function growthNote(growth: LiveGrowth, isCollected: boolean): Span {
  switch (growth.kind) {
    case 'unknown':
      return span(isCollected ? 'not enough data for a slope yet' : 'no major collection yet', 'dim');
    case 'flat':
      return span('no growth seen', 'good');
    case 'plateau':
      return span('grew and levelled off', 'good');
    case 'step':
      return span('one step up, no steady growth', 'dim');
    case 'growing': {
      const rate = `+${formatBytes(growth.bytesPerHour)}/h`;
      const limit = growth.toLimitMs === null ? '' : `, limit in ${formatDuration(growth.toLimitMs)}`;
      return span(`${rate}${limit}`, 'bad');
    }
  }
}

function externalNote({ values }: LiveState): string {
  const external = values['heap.external'];
  return external === undefined ? '' : `external ${formatBytes(external)}`;
}

function limitNote({ values }: LiveState): string {
  const limit = values['cgroup.memory.limit'];
  return limit === undefined ? '' : `control group: limit ${formatBytes(limit)}`;
}

function threadNote({ values }: LiveState): string {
  const threads = values['process.threads'];
  return threads === undefined ? 'of one core' : `of one core, ${threads} threads`;
}

function busyNote({ values }: LiveState): string {
  const share = values['loop.utilization'];
  return share === undefined ? '' : `busy ${Math.round(100 * share)} %`;
}

function activeNote({ values }: LiveState): string {
  const active = values['requests.active'];
  return active === undefined ? '' : `${active} in progress`;
}

function quiet(text: string): Span {
  return span(text, 'dim');
}

function bytes(value: number | undefined): string {
  return value === undefined ? '?' : formatBytes(value);
}

function percent(value: number | undefined): string {
  return value === undefined ? '?' : `${Math.round(value)} %`;
}

function millis(value: number | undefined): string {
  return value === undefined ? '?' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(1) : formatCount(Math.round(value));
}

function shown(value: number | undefined): string {
  return value === undefined ? '?' : formatCount(value);
}
