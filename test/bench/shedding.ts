// What services that shed load by the delay of their event loop answer with 503 while a soak watches them:
// `npm run bench:shedding -- [--pairs 3] [--seconds 30] [--rates 20,200] [--nodes 20,24] [--heap-mb 40] [--shed NAME,...]`;
// arguments after a second `--` are passed to `profiler soak` too: `-- --snapshots 0`.
// In each pair one process of the service is measured without and with the tool, in alternating order; every shed or slow
// request is attributed to the capture at that moment. docs/cost-of-a-soak.md holds a result.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { readRun } from '../../src/record/read-run.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { attribute, figuresOf, SLOW_MS, type Window, type WindowFigures } from './shedding/attribute.ts';
import { startConstantLoad } from './shedding/constant-load.ts';
import { installShedders } from './shedding/install-shedders.ts';
import { startSoakTool } from './soak-cost/soak-tool.ts';
import { formatSpread } from './soak-cost/spread.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    rates: { type: 'string', default: '20,200' },
    nodes: { type: 'string', default: '20,24' },
    'heap-mb': { type: 'string', default: '40' },
    shed: { type: 'string', default: 'overload-protection,toobusy-js,under-pressure' },
  },
});
const WARM_UP_MS = 5_000;
const SERVICE = 'test/bench/shedding/service.mjs';
const clock = createHostClock();
const packages = installShedders();

interface Pair {
  readonly without: WindowFigures;
  readonly with: WindowFigures;
  readonly causes: ReturnType<typeof attribute>;
}

for (const node of values.nodes.split(',')) {
  for (const shed of values.shed.split(',')) {
    for (const rate of values.rates.split(',')) {
      const pairs: Pair[] = [];
      for (let index = 0; index < Number(values.pairs); index += 1) {
        pairs.push(await measurePair(Number(node), shed, Number(rate), index % 2 === 1));
      }
      print(`Node ${node}, ${shed}, ${rate} requests/s, ${values['heap-mb']} MB of objects`, pairs);
    }
  }
}

async function measurePair(node: number, shed: string, ratePerSecond: number, toolFirst: boolean): Promise<Pair> {
  const args = ['--shed', shed, '--packages', packages, '--heap-mb', values['heap-mb']];
  const service = await spawnService(SERVICE, { args, nodePath: nodeVersion(node).binary });
  const load = startConstantLoad(service.baseUrl, ratePerSecond, clock);
  const idle = async (): Promise<Window> => {
    const fromMs = clock.monoMs();
    await sleep(1000 * Number(values.seconds));
    return { fromMs, toMs: clock.monoMs() };
  };
  try {
    await sleep(WARM_UP_MS);
    const before = toolFirst ? null : await idle();
    const fromMs = clock.monoMs();
    const words = ['--pid', String(service.pid), '--seconds', values.seconds, '--load', 'none', ...positionals];
    const tool = startSoakTool(words);
    // The analysis takes a core of this machine, and nothing of the service.
    await tool.said(/^analysing/m);
    const attached = { fromMs, toMs: clock.monoMs() };
    await tool.ended();
    const { events } = await readRun(tool.runDir);
    tool.clean();
    const without = before ?? (await idle());
    await sleep(500);
    return {
      without: figuresOf(load.answered, without),
      with: figuresOf(load.answered, attached),
      causes: attribute(load.answered, attached, events),
    };
  } finally {
    load.stop();
    await service.stop();
  }
}

function print(title: string, pairs: readonly Pair[]): void {
  console.log(`\n${title}; profiler soak --seconds ${values.seconds} ${positionals.join(' ')}`);
  const rows: readonly [string, (figures: WindowFigures) => number, number][] = [
    ['answered 503, percent', ({ shed, requests }) => (100 * shed) / requests, 2],
    [`over ${SLOW_MS} ms, percent`, ({ slow, requests }) => (100 * slow) / requests, 2],
    ['p99, ms', ({ p99Ms }) => p99Ms, 1],
  ];
  for (const [name, of, digits] of rows) {
    const without = pairs.map((pair) => of(pair.without));
    const attached = pairs.map((pair) => of(pair.with));
    console.log(`  ${name}: without ${formatSpread(without, digits)}, with ${formatSpread(attached, digits)}`);
  }
  const total = new Map<string, { shed: number; slow: number }>();
  for (const [name, { shed, slow }] of pairs.flatMap(({ causes }) => [...causes])) {
    const entry = total.get(name) ?? { shed: 0, slow: 0 };
    total.set(name, { shed: entry.shed + shed, slow: entry.slow + slow });
  }
  const ordered = [...total].sort(([, a], [, b]) => b.shed + b.slow - a.shed - a.slow);
  for (const [name, { shed, slow }] of ordered) console.log(`    ${name}: ${shed} shed, ${slow} slow`);
}
