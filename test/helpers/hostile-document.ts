import type { Bottleneck } from '../../src/model/bottleneck.ts';
import type { CheckId } from '../../src/model/check-id.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FlameNode } from '../../src/model/flame.ts';
import type { FlameWindows } from '../../src/model/flame-windows.ts';
import type { ReportDocument, ReportFlame } from '../../src/model/report-document.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { leakDocument, RECORDED_LEAK } from './report-document.ts';

function hostileFinding(name: string, i: number): Finding {
  const source = { file: name, line: i + 1, column: 1, function: name };
  return {
    ...RECORDED_LEAK,
    id: name,
    rank: i + 1,
    confidence: (['confirmed', 'likely', 'possible'] as const)[i % 3] ?? 'likely',
    title: `Every request adds \`${name}\` to ${name}`,
    subject: { class: name, holder: name, path: [name, `property \`${name}\`: ${name}`], source, package: name },
    allocatedAt: [{ share: 0.5, stack: [{ ...source, package: null }] }],
    evidence: [{ what: name, file: name }],
    against: [name],
    recommendation: name,
    verify: name,
  };
}

function hostileBottleneck(name: string, i: number): Bottleneck {
  return {
    id: name,
    rule: 'sync-call',
    rank: i + 1,
    confidence: 'likely',
    title: `\`${name}\` waits for ${name}`,
    request: name,
    source: i % 2 === 0 ? null : { file: name, line: 1, column: 1, function: name },
    package: name,
    evidence: [{ what: name, file: name }],
    against: [name],
    gain: name,
    recommendation: name,
    check: name,
    verify: name,
  };
}

const place = (name: string) => ({ file: name, line: 1, column: 1, function: name, package: null });

function hostileWindows(id: FlameWindows['id'], names: readonly string[]): FlameWindows {
  const window = (startSec: number) => ({
    startSec,
    endSec: startSec + 5,
    requests: 10,
    samples: names.length,
    nodes: names.map((_, i) => i + 1),
    self: names.map(() => 1000),
  });
  return {
    id,
    unit: id === 'cpu' ? 'microseconds' : 'bytes',
    frames: ['(root)', ...names].map((name, i) => ({ name, place: i === 0 ? null : place(name) })),
    frameOf: [0, ...names.map((_, i) => i + 1)],
    parentOf: [-1, ...names.map(() => 0)],
    windows: [window(0), window(10), window(20)],
  };
}

/** A flame graph with each name as a function. */
export function hostileFlame(names: readonly string[] = HOSTILE_NAMES): ReportFlame {
  const children = names.map(
    (name): FlameNode => ({ name, place: place(name), value: 1000, self: 1000, children: [] }),
  );
  const root: FlameNode = { name: '(root)', place: null, self: 0, value: 1000 * names.length, children };
  return { id: 'last', title: names[0] ?? '', detail: names[0] ?? '', root };
}

/** A report in which every text that comes from the profiled program is one of the hostile names. */
export function hostileDocument(names: readonly string[] = HOSTILE_NAMES): ReportDocument {
  const leak = leakDocument();
  const [first] = names;
  return {
    ...leak,
    report: {
      ...leak.report,
      run: { ...leak.report.run, id: first ?? '', target: { pid: 1, node: first ?? '', name: first ?? '' } },
      gates: names.map((name) => ({ name, limit: name, measured: 1, unit: name, status: 'fail' })),
      findings: names.map(hostileFinding),
      checked: names.map((name) => ({ check: name as CheckId, status: 'ok', detail: name })),
      bottlenecks: names.map(hostileBottleneck),
      bottlenecksChecked: names.map((name) => ({ check: name, status: 'ok', detail: name })),
      requests: leak.report.requests.flatMap((request) => names.map((name) => ({ ...request, name }))),
    },
    endReason: first ?? '',
    scenario: first ?? '',
    series: leak.series.slice(0, 1).flatMap((series) => names.slice(0, 8).map((name) => ({ ...series, title: name }))),
    latency: leak.latency.slice(0, 1).flatMap((series) => names.slice(0, 8).map((name) => ({ ...series, name }))),
    timeline: names.map((name, i) => ({ tSec: i, endSec: i, kind: 'capture', label: name, detail: name, pauseMs: 1 })),
    flames: (['cpu', 'allocations'] as const).map((id) => hostileWindows(id, names)),
    hotFunctions: names.map((name) => ({
      name,
      place: place(name),
      selfUs: 1,
      totalUs: 1,
      selfShare: 0.1,
      totalShare: 0.1,
      firstSelfShare: 0.1,
      lastSelfShare: 0.1,
    })),
    heap: leak.heap && {
      ...leak.heap,
      comparisonReason: first ?? '',
      classes: names.map((name) => ({ class: name, counts: [1, 2], shallowBytes: [1, 2], retainedBytes: [1, 2] })),
    },
    notes: names,
    method: names.map((name) => ({ name, value: name })),
    cost: names.map((name) => ({ what: name, count: 1, totalPauseMs: 1, longestPauseMs: 1 })),
    files: names.map((name) => ({ path: name, what: name, sizeBytes: 1, sensitive: true })),
  };
}
