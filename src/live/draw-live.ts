import { formatBytes, formatCount, formatDuration, type WallMs } from '../model/units.ts';
import { metricLines } from './draw-metrics.ts';
import { fit, type Line, lengthOf, type Span, span, wrap } from './line.ts';
import type { LiveProgress, LiveState, LiveSuspect } from './live-state.ts';
import { LABEL_WIDTH, type ScreenSize } from './screen-size.ts';

const MOST_SUSPECTS = 5;
const FEWEST_EVENTS = 2;

/**
 * The whole screen: exactly `rows` lines, none wider than `columns`. What does not fit is left out from below: events
 * first, then suspects.
 */
export function drawLive(state: LiveState, size: ScreenSize): Line[] {
  const { columns, rows } = size;
  const top = [...headLines(state, size), rule(size), ...metricLines(state, size), rule(size)];
  const foot = footLines(state, columns);
  const room = rows - top.length - foot.length;
  const middle = state.isHelpOpen ? helpLines(state) : middleLines(state, room, columns);
  const lines = [...top, ...middle.slice(0, Math.max(0, room))];
  while (lines.length < rows - foot.length) lines.push([]);
  return [...lines.slice(0, Math.max(0, rows - foot.length)), ...foot].map((line) => fit(line, columns));
}

function headLines(state: LiveState, size: ScreenSize): Line[] {
  const { command, service, pid, nodeVersion, progress, elapsedMs } = state;
  const who: Line = [
    span(` profiler ${command}  `, 'dim'),
    span(service, 'bold'),
    span(`  pid ${pid}  Node ${nodeVersion ?? 'unknown'}`),
  ];
  if (progress === null) {
    const words = command === 'soak' ? 'starting ' : `for ${formatDuration(elapsedMs)} `;
    return [spread(who, [span(words)], size)];
  }
  const wholeMs = elapsedMs + progress.remainingMs;
  const share = wholeMs > 0 ? elapsedMs / wholeMs : 1;
  const ends = `ends about ${clock(state.wallMs + progress.remainingMs, state)} `;
  const bar = `${formatDuration(elapsedMs)} of ${formatDuration(wholeMs)}`;
  const barWidth = Math.max(4, size.columns - bar.length - 11);
  const filled = Math.round(share * barWidth);
  return [
    spread(who, [span(ends)], size),
    [
      span(` [${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] `),
      span(`${String(Math.floor(100 * share)).padStart(3)} % `, 'bold'),
      span(bar),
    ],
    phaseLine(state, progress),
    loadLine(state, progress, size),
  ];
}

function phaseLine(state: LiveState, { phases }: LiveProgress): Line {
  return phases.flatMap(({ name, state: stage, endWallMs }, index): Span[] => {
    // The baseline is as long as its captures are.
    const end = name === 'baseline' ? '' : ` to ${clock(endWallMs, state)}`;
    const words = stage === 'done' ? `${name} done` : name + end;
    return [span(index === 0 ? ' ' : ' > ', 'dim'), span(words, stage === 'now' ? 'bold' : 'dim')];
  });
}

function loadLine({ load }: LiveState, { samples, gaps }: LiveProgress, size: ScreenSize): Line {
  const left: Line =
    load === null
      ? [span(' load not ours', 'dim')]
      : [
          span(
            load.isPaused ? ' load PAUSED' : ` load ${Math.round(load.ratePerSecond)}/s`,
            load.isPaused ? 'warn' : 'bold',
          ),
          span(`  sent ${formatCount(load.completed)}`),
          span(`  errors ${formatCount(load.errors)}`, load.errors > 0 ? 'warn' : 'plain'),
        ];
  return spread(left, [span(`samples ${formatCount(samples)}  gaps ${formatCount(gaps)} `, 'dim')], size);
}

function middleLines(state: LiveState, room: number, columns: number): Line[] {
  // Nothing is compared where nothing is recorded.
  if (state.progress === null) return eventLines(state, room, columns);
  const next = nextLine(state);
  const suspects = suspectLines(
    state.suspects,
    Math.max(1, Math.min(MOST_SUSPECTS, room - next.length - FEWEST_EVENTS - 1)),
  );
  const eventRoom = Math.max(0, room - next.length - suspects.length);
  return [...suspects, ...next, ...eventLines(state, eventRoom, columns)];
}

function suspectLines(suspects: readonly LiveSuspect[], most: number): Line[] {
  if (suspects.length === 0)
    return [
      [span(` ${'suspects'.padEnd(LABEL_WIDTH)}`, 'dim'), span('none so far: two heap snapshots are needed', 'dim')],
    ];
  return suspects
    .slice(0, most)
    .map(({ name, objects, bytes: size, perRequest, explained }, index) => [
      span(` ${(index === 0 ? 'suspects' : '').padEnd(LABEL_WIDTH)}`, 'dim'),
      span(name, 'warn'),
      span(`  +${formatCount(objects)} objects${size === null ? '' : `, +${formatBytes(size)}`}`),
      span(perRequest === null ? '' : `, ${perRequest.toFixed(2)} a request`),
      span(explained === undefined ? '' : `, ${explained}`),
    ]);
}

function nextLine({ progress }: LiveState): Line[] {
  if (progress === null) return [];
  const { snapshotsTaken, snapshotsPlanned, nextSnapshotInMs, estimate } = progress;
  const label = span(` ${'next'.padEnd(LABEL_WIDTH)}`, 'dim');
  if (nextSnapshotInMs === null) return [[label, span('no further snapshot', 'dim')]];
  const pause =
    estimate === null
      ? ''
      : estimate.refused === null
        ? `, pause about ${formatDuration(estimate.pauseMs)}`
        : ', refused as it stands';
  return [
    [
      label,
      span(
        `snapshot ${snapshotsTaken + 1} of ${Math.max(snapshotsPlanned, snapshotsTaken + 1)} ${nextSnapshotInMs < 1000 ? 'now' : `in ${formatDuration(nextSnapshotInMs)}`}${pause}`,
      ),
    ],
  ];
}

/** The latest at the end, as in a log. Longer texts continue on the next line. */
function eventLines(state: LiveState, room: number, columns: number): Line[] {
  const lines: Line[] = [];
  for (const { wallMs, text } of state.events.slice(-Math.max(0, room))) {
    const time = clock(wallMs, state);
    const indent = ' '.repeat(1 + LABEL_WIDTH);
    const parts = wrap(text, Math.max(20, columns - indent.length - time.length - 2));
    lines.push(
      ...parts.map(
        (part, index): Line => [span(`${indent}${index === 0 ? time : ' '.repeat(time.length)} `, 'dim'), span(part)],
      ),
    );
  }
  const shownLines = room <= 0 ? [] : lines.slice(-room);
  const [first, ...others] = shownLines;
  if (!first) return [];
  const [head, ...rest] = first;
  return [
    [span(` ${'events'.padEnd(LABEL_WIDTH)}${head?.text.slice(1 + LABEL_WIDTH) ?? ''}`, 'dim'), ...rest],
    ...others,
  ];
}

function helpLines({ command }: LiveState): Line[] {
  const keys: readonly (readonly [key: string, words: string])[] =
    command === 'soak'
      ? [
          ['q, Ctrl-C', 'stop the run: what there is is analysed and the report is written'],
          ['s', 'take a heap snapshot now: shows the estimated pause, and asks'],
          ['c', 'end the running CPU profile now and keep it; the next begins at once'],
          ['r', 'write a report of the run as it stands; the run goes on'],
          ['p', 'pause the load, or resume it; the time of the run goes on'],
          ['?', 'close this help'],
        ]
      : [
          ['q, Ctrl-C', 'end'],
          ['s, c', 'say the command that takes a heap snapshot or a CPU profile'],
          ['?', 'close this help'],
        ];
  return keys.map(([key, words]) => [span(` ${key.padEnd(LABEL_WIDTH)}`, 'bold'), span(words)]);
}

function footLines({ question, command }: LiveState, columns: number): Line[] {
  if (question !== null) return [[span(` ${question} `, 'warn')]];
  const keys =
    command === 'soak'
      ? ' [q] stop, write report  [s] snapshot  [c] CPU  [r] report  [p] pause load  [?]'
      : ' [q] end  [s] snapshot  [c] CPU profile  [?] help         nothing is recorded';
  return [[span(keys.slice(0, columns), 'dim')]];
}

function rule({ columns, isUnicode }: ScreenSize): Line {
  return [span((isUnicode ? '─' : '-').repeat(columns), 'dim')];
}

/** One part at the left, one at the right; where both do not fit, the left one is cut. */
function spread(left: Line, right: Line, { columns }: ScreenSize): Line {
  const roomLeft = columns - lengthOf(right) - 1;
  if (roomLeft < 20) return left;
  const cut = fit(left, roomLeft);
  return [...cut, span(' '.repeat(columns - lengthOf(cut) - lengthOf(right))), ...right];
}

/** With seconds where the whole run is short. */
function clock(wallMs: WallMs, state: Pick<LiveState, 'utcOffsetMs' | 'elapsedMs' | 'progress'>): string {
  const seconds = Math.floor(((((wallMs + state.utcOffsetMs) % DAY_MS) + DAY_MS) % DAY_MS) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const isShort = state.elapsedMs + (state.progress?.remainingMs ?? 0) < SHORT_RUN_MS;
  return (isShort ? parts : parts.slice(0, 2)).map((part) => String(part).padStart(2, '0')).join(':');
}

const SHORT_RUN_MS = 1_800_000;
const DAY_MS = 86_400_000;
