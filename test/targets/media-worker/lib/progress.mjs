import { setTimeout as sleep } from 'node:timers/promises';

const PERIOD_MS = 1_000;
const JOB_MS = 4;

class Job {
  constructor(name) {
    this.name = name;
    this.progress = 0;
    this.log = [`${name} queued`, `${name} started`];
  }
}

/** Follows a job with a timer that asks for its progress, until it is done. */
export class Progress {
  constructor({ stops }) {
    this.stops = stops;
  }

  async follow(name) {
    const job = new Job(name);
    const poll = setInterval(function pollProgress() {
      job.progress += 1;
    }, PERIOD_MS);
    await sleep(JOB_MS);
    if (this.stops) clearInterval(poll);
    return { name: job.name, progress: job.progress };
  }
}
