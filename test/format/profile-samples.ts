import { Function as Fn, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { CpuProfile, RawCallFrame } from '../../src/model/profiles.ts';

/**
 * One second-hand program in the formats of many tools: `main` for 1 ms, `work` below it for 3 ms, a collection below that
 * for 0.5 ms, and where a format has it, time without work.
 */
const raw = (functionName: string, line: number, column: number): RawCallFrame => ({
  functionName,
  scriptId: '7',
  url: line === 0 ? '' : 'file:///srv/a.js',
  lineNumber: line - 1,
  columnNumber: column - 1,
});
const ROOT = raw('(root)', 0, 0);
const MAIN = raw('main', 3, 10);
const WORK = raw('work', 8, 4);
const GC = raw('(garbage collector)', 0, 0);
const IDLE = raw('(idle)', 0, 0);

export const CPU_PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: ROOT, hitCount: 0, children: [2, 5] },
    { id: 2, callFrame: MAIN, hitCount: 1, children: [3] },
    { id: 3, callFrame: WORK, hitCount: 2, children: [4] },
    { id: 4, callFrame: GC, hitCount: 1, children: [] },
    { id: 5, callFrame: IDLE, hitCount: 1, children: [] },
  ],
  startTime: 50_000,
  endTime: 55_500,
  samples: [2, 3, 4, 3, 5],
  timeDeltas: [0, 1000, 2000, 500, 1000],
};

const headNode = (frame: RawCallFrame, id: number, children: object[], hitCount = 0): object => ({
  functionName: frame.functionName,
  url: frame.url,
  lineNumber: frame.lineNumber + 1,
  columnNumber: frame.columnNumber + 1,
  bailoutReason: '',
  id,
  scriptId: 7,
  hitCount,
  children,
});

/** Type 0 of v8-profiler-next: whole seconds, absolute times of the samples. */
export const HEAD_PROFILE: object = {
  typeId: 'CPU',
  uid: '1',
  title: 'x',
  head: headNode(ROOT, 1, [headNode(MAIN, 2, [headNode(WORK, 3, [headNode(GC, 4, [])])]), headNode(IDLE, 5, [])]),
  startTime: 0,
  endTime: 0,
  samples: [2, 3, 4, 3, 5],
  timestamps: [50_000, 51_000, 53_000, 53_500, 54_500],
};

export const PROF_LOG: object = {
  code: [
    { name: '/usr/bin/node', type: 'SHARED_LIB' },
    null,
    { name: 'main file:///srv/a.js:3:10', type: 'JS', kind: 'Opt', func: 0, tm: 1 },
    { name: 'work file:///srv/a.js:8:4', type: 'JS', kind: 'Unopt', func: 1, tm: 1 },
  ],
  functions: [],
  ticks: [
    { tm: 50_000, vm: 0, s: [2, 7, -1, 4711] },
    { tm: 51_000, vm: 0, s: [3, 7, 2, 8] },
    { tm: 53_000, vm: 1, s: [3, 7, 2, 8] },
    { tm: 53_500, vm: 0, s: [3, 7, 2, 8] },
    { tm: 54_500, vm: 8, s: [] },
  ],
  scripts: [],
};

const inTrace = (id: number, parent: number | null, frame: RawCallFrame): object => ({
  id,
  ...(parent === null ? {} : { parent }),
  callFrame: { ...frame, scriptId: 7 },
});
const chunk = (nodes: object[], samples: number[], timeDeltas: number[]): object => ({
  ph: 'P',
  name: 'ProfileChunk',
  pid: 1,
  id: '0x1',
  args: { data: { cpuProfile: { nodes, samples }, timeDeltas } },
});

/** As the Performance panel of DevTools saves it. */
export const TRACE: object = {
  traceEvents: [
    { ph: 'M', name: 'process_name', pid: 1 },
    { ph: 'P', name: 'Profile', pid: 1, id: '0x1', args: { data: { startTime: 50_000 } } },
    chunk([inTrace(1, null, ROOT), inTrace(2, 1, MAIN), inTrace(3, 2, WORK)], [2, 3], [0, 1000]),
    chunk([inTrace(4, 3, GC), inTrace(5, 1, IDLE)], [4, 3, 5], [2000, 500, 1000]),
  ],
};

const SHARED = {
  frames: [
    { name: 'main', file: 'file:///srv/a.js', line: 3, col: 10 },
    { name: 'work', file: 'file:///srv/a.js', line: 8, col: 4 },
    { name: '(garbage collector)' },
  ],
};
const speedscope = (profile: object): object => ({
  $schema: 'https://www.speedscope.app/file-format-schema.json',
  shared: SHARED,
  profiles: [{ name: 'x', ...profile }],
});
export const SPEEDSCOPE_SAMPLED: object = speedscope({
  type: 'sampled',
  unit: 'milliseconds',
  startValue: 0,
  endValue: 4.5,
  samples: [[0], [0, 1], [0, 1, 2], [0, 1]],
  weights: [1, 2, 0.5, 1],
});
export const SPEEDSCOPE_EVENTED: object = speedscope({
  type: 'evented',
  unit: 'microseconds',
  startValue: 0,
  endValue: 4500,
  events: [
    { type: 'O', frame: 0, at: 0 },
    { type: 'O', frame: 1, at: 1000 },
    { type: 'O', frame: 2, at: 3000 },
    { type: 'C', frame: 2, at: 3500 },
    { type: 'C', frame: 1, at: 4500 },
    { type: 'C', frame: 0, at: 4500 },
  ],
});

const tick = (...names: string[]): object[] =>
  names.map((name) => ({ name, type: name[0] === '(' ? 'CPP' : 'JS', kind: 'Opt' }));
const ONE = 'main file:///srv/a.js:3:10';
const TWO = 'work file:///srv/a.js:8:4';
/** `--write-ticks` of 0x, `…-samples` of Clinic. */
export const TICKS: readonly object[] = [
  ...new Array(2).fill(tick(ONE)),
  ...new Array(6).fill(tick(ONE, TWO)),
  tick(ONE, TWO, '(garbage collector)'),
];

const zeroXTree = {
  name: 'all stacks',
  value: 9,
  top: 0,
  children: [
    {
      name: ONE,
      value: 9,
      top: 2,
      children: [
        {
          name: `${TWO} [INIT]`,
          value: 7,
          top: 6,
          children: [{ name: '(garbage collector)', value: 1, top: 1, S: 0 }],
        },
      ],
    },
  ],
};
/** The end of a page as 0x writes it. */
export const ZERO_X_PAGE: string = `<!DOCTYPE html><html><script>
    (function(f){"visualizer"})()
    visualizer({"merged":${JSON.stringify(zeroXTree)},"unmerged":${JSON.stringify(zeroXTree)}}, {"title":"a } b"})
  </script></html>`;

export const COLLAPSED: string = `# a comment
main (file:///srv/a.js:3) 1000
main (file:///srv/a.js:3);work (file:///srv/a.js:8) 3000\r
main (file:///srv/a.js:3);work (file:///srv/a.js:8);(garbage collector) 500
`;

const callFrame = (frame: RawCallFrame, selfSize: number, id: number, children: object[]): object => ({
  callFrame: frame,
  selfSize,
  id,
  children,
});
export const HEAP_PROFILE: object = {
  head: callFrame(ROOT, 0, 1, [callFrame(MAIN, 64, 2, [callFrame(WORK, 4096, 3, [])])]),
};

/** Two values a stack; in the last location `work` was inlined into `main`. */
export const PPROF: Uint8Array = pprof();

function pprof(): Uint8Array {
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const type = (name: string, unit: string): ValueType => new ValueType({ type: text(name), unit: text(unit) });
  const fn = (id: number, name: string, startLine: number): Fn =>
    new Fn({ id, name: text(name), filename: text(startLine ? 'file:///srv/a.js' : ''), startLine });
  const at = (id: number, ...lines: [number, number][]): Location =>
    new Location({ id, line: lines.map(([functionId, line]) => new Line({ functionId, line })) });
  return new Profile({
    sampleType: [type('samples', 'count'), type('cpu', 'nanoseconds')],
    sample: [
      new Sample({ locationId: [1], value: [1, 1_000_000] }),
      new Sample({ locationId: [2, 1], value: [2, 2_000_000] }),
      new Sample({ locationId: [4], value: [1, 1_000_000] }),
      new Sample({ locationId: [3, 2, 1], value: [1, 500_000] }),
    ],
    location: [at(1, [1, 5]), at(2, [2, 9]), at(3, [3, 0]), at(4, [2, 9], [1, 5])],
    function: [fn(1, 'main', 3), fn(2, 'work', 8), fn(3, '(garbage collector)', 0)],
    timeNanos: 1_700_000_000_000_000_000n,
    stringTable: strings,
  }).encode();
}
