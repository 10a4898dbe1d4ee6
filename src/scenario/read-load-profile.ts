import { type Milliseconds, parseDurationMs } from '../model/units.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseRatePerSecond } from './parse-rate.ts';
import type { DocumentPath, Report } from './read-document.ts';
import { readDuration } from './read-options.ts';
import type { ClosedLoad, LoadProfile, OpenLoad, Stage, ThinkTime } from './scenario.ts';
import type { LoadFile, StageFile } from './scenario-file.ts';

/** More prepared users than this are not made unless they are asked for. */
const MAX_DEFAULT_OPEN_USERS = 100;

/**
 * Reads the `load` section: durations and rates become numbers, a plain level becomes a single stage. `taskNames`: what
 * a stage may name.
 */
export function readLoadProfile(load: LoadFile, taskNames: readonly string[], report: Report): LoadProfile {
  const durationMs = load.duration === undefined ? null : readDuration(load.duration, ['load', 'duration'], report);
  load.stages?.forEach((stage, i) => {
    checkTasks(stage, taskNames, ['load', 'stages', i, 'tasks'], report);
  });
  return load.model === 'closed' ? readClosed(load, durationMs, report) : readOpen(load, durationMs, report);
}

function checkTasks({ tasks = [] }: StageFile, known: readonly string[], path: DocumentPath, report: Report): void {
  const names = Array.isArray(tasks) ? tasks : Object.keys(tasks);
  for (const name of names.filter((one) => !known.includes(one))) {
    const meant = didYouMean(name, known);
    report(path, `no task is named ${name}${meant ? `, did you mean \`${meant}\`?` : `; known: ${known.join(', ')}`}`);
  }
}

function readClosed(load: LoadFile, durationMs: Milliseconds | null, report: Report): ClosedLoad {
  const stages = readStages(load, 'users', (stage) => stage.users ?? 0, report);
  return {
    model: 'closed',
    stages,
    thinkTime: load.thinkTime === undefined ? { minMs: 0, maxMs: 0 } : readThinkTime(load.thinkTime, report),
    requestsPerUser: load.requestsPerUser ?? null,
    durationMs: durationMs ?? lengthOf(stages),
  };
}

function readOpen(load: LoadFile, durationMs: Milliseconds | null, report: Report): OpenLoad {
  const readRate = (stage: { readonly rate?: string | number }, path: readonly (string | number)[]): number => {
    const rate = parseRatePerSecond(stage.rate ?? 0);
    if (rate === null) report(path, `"${stage.rate}" is no rate: write it like 100/s or 30/m`);
    return rate ?? 0;
  };
  const stages = readStages(load, 'rate', readRate, report);
  const peak = Math.max(...stages.map((stage) => stage.level));
  if (peak === 0) report(['load'], 'a rate of 0 sends nothing: give rate or stages above 0');
  return {
    model: 'open',
    stages,
    arrivals: load.arrivals ?? 'constant',
    users: load.users ?? Math.min(MAX_DEFAULT_OPEN_USERS, Math.max(1, Math.ceil(peak))),
    durationMs: durationMs ?? lengthOf(stages),
  };
}

type Level = { readonly users?: number; readonly rate?: string | number };

function readStages(
  load: LoadFile,
  key: 'users' | 'rate',
  levelOf: (stage: Level, path: readonly (string | number)[]) => number,
  report: Report,
): readonly Stage[] {
  // In the open model `users` beside stages is the size of the pool.
  if (load.stages && load[key] !== undefined) report(['load', key], `${key} or stages, not both`);
  if (!load.stages && load[key] === undefined) {
    report(['load'], `\`${key}\` is missing: ${key === 'users' ? 'users: 10' : 'rate: 100/s'}, or stages`);
    return [{ level: 1, durationMs: null }];
  }
  if (!load.stages) return [{ level: levelOf(load, ['load', key]), durationMs: null }];
  return load.stages.map((stage, i) => ({
    level: levelOf(stage, ['load', 'stages', i, key]),
    durationMs: readDuration(stage.duration, ['load', 'stages', i, 'duration'], report),
    ...(stage.jump ? { jump: true } : {}),
    ...(stage.tasks ? { tasks: weightsOf(stage.tasks) } : {}),
  }));
}

function lengthOf(stages: readonly Stage[]): Milliseconds | null {
  return stages.reduce<number | null>(
    (sum, stage) => (sum === null || stage.durationMs === null ? null : sum + stage.durationMs),
    0,
  );
}

function weightsOf(tasks: NonNullable<StageFile['tasks']>): Readonly<Record<string, number>> {
  return Array.isArray(tasks) ? Object.fromEntries(tasks.map((name) => [name, 1])) : { ...(tasks as object) };
}

/** `2s`, `1s..3s`, `0s..500ms`. */
function readThinkTime(text: string, report: Report): ThinkTime {
  const [low = '', high = low, ...more] = text.split('..').map((part) => part.trim());
  const minMs = parseDurationMs(low);
  const maxMs = parseDurationMs(high);
  if (minMs === null || maxMs === null || minMs > maxMs || more.length > 0) {
    report(['load', 'thinkTime'], `"${text}" is no think time: write it like 2s or 1s..3s`);
  }
  return { minMs: minMs ?? 0, maxMs: maxMs ?? 0 };
}
