import type { LoadStatus } from '../drive/load-status.ts';
import { formatCount, formatDuration, type Milliseconds } from '../model/units.ts';
import type { Terminal } from './terminal.ts';

const LINE_EVERY_MS = 10_000;

/** Shows a load while it runs: one line that redraws itself in a terminal, a line every ten seconds elsewhere. */
export function createLoadView(terminal: Terminal, durationMs: Milliseconds | null): (status: LoadStatus) => void {
  let nextLineAtMs = LINE_EVERY_MS;
  return (status) => {
    const line = lineOf(status, durationMs);
    if (terminal.isInteractive) {
      terminal.redraw([line.slice(0, Math.max(20, terminal.columns - 1))]);
      return;
    }
    if (status.elapsedMs < nextLineAtMs) return;
    nextLineAtMs = (Math.floor(status.elapsedMs / LINE_EVERY_MS) + 1) * LINE_EVERY_MS;
    terminal.say(line);
  };
}

/** The same for a search of the breaking point: the level comes first. */
export function createStressView(terminal: Terminal): (status: LoadStatus, level: number) => void {
  return (status, level) => {
    if (!terminal.isInteractive) return;
    const line = `level ${formatCount(level)}  ${lineOf(status, null)}`;
    terminal.redraw([line.slice(0, Math.max(20, terminal.columns - 1))]);
  };
}

function lineOf(status: LoadStatus, durationMs: Milliseconds | null): string {
  const { elapsedMs, completed, errors, inFlight, dropped, users, ratePerSecond } = status;
  const time = durationMs === null ? 'Ctrl-C ends it' : `of ${formatDuration(durationMs)}`;
  const figures = [
    `${formatCount(completed)} requests, ${Math.round(ratePerSecond)}/s`,
    `${formatCount(errors)} errors`,
    `${formatCount(inFlight)} in flight`,
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    `${formatCount(users)} users`,
  ];
  return `${formatDuration(elapsedMs)} ${time}  ${figures.join('  ')}`;
}
