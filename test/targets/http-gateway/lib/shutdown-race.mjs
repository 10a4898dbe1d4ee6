import { setImmediate as turn } from 'node:timers/promises';

/** Runs jobs that end early when the gateway stops. A race leaves its reactions on the promise that never settles. */
export class ShutdownRace {
  constructor({ racesForever }) {
    this.racesForever = racesForever;
    this.stopped = new Promise((resolve) => {
      this.stop = resolve;
    });
  }

  run(job) {
    const work = this.work(job);
    return this.racesForever ? Promise.race([work, this.stopped]) : work;
  }

  async work(job) {
    const report = { job, steps: [], startedAt: new Date() };
    for (const step of ['fetch', 'check', 'store']) {
      await turn();
      report.steps.push({ step, job });
    }
    return report;
  }
}
