import { Agent, get } from 'node:http';
import type { Clock } from '../../../src/model/clock.ts';
import type { Milliseconds, MonoMs } from '../../../src/model/units.ts';

/** One request, each kept: a shed one is looked for among the captures by its moment. */
export interface Answered {
  readonly plannedMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** 0: no answer. */
  readonly status: number;
}

export interface ConstantLoad {
  readonly answered: readonly Answered[];
  stop(): void;
}

/** Sends at a constant rate by absolute time, whether or not the answers come. */
export function startConstantLoad(url: string, ratePerSecond: number, clock: Clock): ConstantLoad {
  const agent = new Agent({ keepAlive: true });
  const answered: Answered[] = [];
  const periodMs: Milliseconds = 1000 / ratePerSecond;
  let nextMonoMs = clock.monoMs();
  const send = (plannedMonoMs: MonoMs): void => {
    const end = (status: number): void => void answered.push({ plannedMonoMs, endMonoMs: clock.monoMs(), status });
    get(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => end(response.statusCode ?? 0));
    }).once('error', () => end(0));
  };
  const timer = setInterval(() => {
    for (; nextMonoMs <= clock.monoMs(); nextMonoMs += periodMs) send(nextMonoMs);
  }, 1);
  return {
    answered,
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
