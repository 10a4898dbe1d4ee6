import { formatBytes, formatCount, formatDuration } from '../model/units.ts';
import type { SoakListener, SoakStatus } from '../soak/soak-status.ts';
import { plural } from '../words/terms.ts';
import type { Terminal } from './terminal.ts';

const LINE_EVERY_MS = 60_000;

/** Shows a soak without a full-screen view: one line per minute, or typed JSON lines, a status for each sample. */
export function createSoakView(terminal: Terminal): SoakListener {
  let nextLineAtMs = LINE_EVERY_MS;
  return {
    status(status): void {
      if (terminal.json) {
        terminal.data({ type: 'status', ...status });
        return;
      }
      if (status.elapsedMs < nextLineAtMs) return;
      nextLineAtMs = (Math.floor(status.elapsedMs / LINE_EVERY_MS) + 1) * LINE_EVERY_MS;
      terminal.say(lineOf(status));
    },
    event(event): void {
      if (terminal.json) terminal.data({ type: 'event', event });
    },
    happened(text): void {
      if (terminal.json) terminal.data({ type: 'happened', text });
      else terminal.say(text);
    },
  };
}

function lineOf(status: SoakStatus): string {
  return `${formatDuration(status.elapsedMs)}  ${status.phase}, ${formatDuration(status.remainingMs)} to go; ${loadLine(status)}; ${memoryLine(status)}; ${loopLine(status)}`;
}

function loadLine({ load, sample }: SoakStatus): string {
  const served = sample?.values['requests.served'];
  if (load)
    return `load ${formatCount(load.completed)} requests, ${Math.round(load.ratePerSecond)}/s, ${formatCount(load.errors)} errors`;
  return served === undefined
    ? 'load not ours, requests unknown'
    : `load not ours, ${formatCount(served)} requests served`;
}

function memoryLine({ sample }: SoakStatus): string {
  const { values = {} } = sample ?? {};
  const live = values['heap.live'];
  const parts = [
    `rss ${bytesOr(values['process.rss'])}`,
    `heap ${bytesOr(values['heap.used'])}`,
    live === undefined ? 'no major collection yet' : `live after collection ${formatBytes(live)}`,
  ];
  return parts.join('  ');
}

function loopLine({ sample, samplesTaken, gaps }: SoakStatus): string {
  const { values = {} } = sample ?? {};
  const cpu = values['process.cpu'];
  const delay = values['loop.delay.p99'];
  return [
    `cpu ${cpu === undefined ? '?' : `${Math.round(cpu)} %`}`,
    `loop p99 ${delay === undefined ? '?' : `${delay.toFixed(1)} ms`}`,
    `fds ${values['process.fds'] ?? '?'}`,
    `samples ${formatCount(samplesTaken)}${gaps > 0 ? `, ${plural(gaps, 'gap')}` : ''}`,
  ].join('  ');
}

function bytesOr(bytes: number | undefined): string {
  return bytes === undefined ? '?' : formatBytes(bytes);
}
