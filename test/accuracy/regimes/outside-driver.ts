// Traffic that the tool knows nothing of: requests over node:http at the rate that a regime says, as Poisson arrivals from a
// seed, and a health check every five seconds that goes on while the traffic rests. Ends by itself.
//   node outside-driver.js '{"port":3000,"rate":60,"seconds":70,...}'
import { Agent, get } from 'node:http';
import process from 'node:process';
import { seededRandom } from '../../helpers/series.ts';
import { TRAFFIC, type TrafficName } from './traffic.ts';

export interface DriverPlan {
  readonly port: number;
  readonly seed: number;
  readonly rate: number;
  readonly seconds: number;
  readonly traffic: TrafficName;
  /** The route that gets `share` of the requests; the others share the rest. */
  readonly focus: string;
  readonly share: number;
  readonly others: readonly string[];
}

const STEP_MS = 20;
const HEALTH_EVERY_MS = 5_000;
const plan = JSON.parse(process.argv[2] ?? '{}') as DriverPlan;
const random = seededRandom(plan.seed);
const agent = new Agent({ keepAlive: true, maxSockets: 40, keepAliveMsecs: 1000 });
const shape = TRAFFIC[plan.traffic];
const startMs = performance.now();
let healthMs = 0;
let doneMs = 0;
let sent = 0;

const ticker = setInterval(() => {
  const nowMs = performance.now() - startMs;
  for (; doneMs < nowMs && doneMs < 1000 * plan.seconds; doneMs += STEP_MS) {
    const mean = (plan.rate * shape(doneMs, 1000 * plan.seconds) * STEP_MS) / 1000;
    for (let left = arrivals(mean); left > 0; left -= 1) ask(routeOf());
    if (doneMs - healthMs >= HEALTH_EVERY_MS) {
      healthMs = doneMs;
      ask('health');
    }
  }
  if (doneMs < 1000 * plan.seconds) return;
  clearInterval(ticker);
  agent.destroy();
}, STEP_MS);

function arrivals(mean: number): number {
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); count += 1) product *= random();
  return count;
}

function routeOf(): string {
  if (random() < plan.share) return plan.focus;
  return plan.others[Math.floor(random() * plan.others.length)] ?? plan.focus;
}

function ask(route: string): void {
  sent += 1;
  get({ host: '127.0.0.1', port: plan.port, path: `/${route}?n=${sent}`, agent, timeout: 10_000 }, (answer) => {
    answer.resume();
  })
    .on('timeout', function onTimeout(this: { destroy(): void }) {
      this.destroy();
    })
    .on('error', () => {});
}
