import { AllocationRecorder } from '../../src/capture/allocation-recorder.ts';
import { collectGarbage } from '../../src/capture/collect-garbage.ts';
import { countClasses } from '../../src/capture/count-classes.ts';
import { CpuRecorder } from '../../src/capture/cpu-recorder.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { takeSnapshot } from '../../src/capture/take-snapshot.ts';
import { explainFailure } from '../../src/target/explain-failure.ts';
import { InspectorError } from '../../src/target/inspector-error.ts';
import { readInspectorMessage } from '../../src/target/inspector-message.ts';
import { claimTarget } from '../../src/target/registry-owner.ts';
import type { InspectorSession, SessionEnd } from '../../src/target/session.ts';
import { profileOf } from '../cpu/profile-builder.ts';
import { encode } from './mutate-bytes.ts';
import type { FuzzedReader } from './readers.ts';

const HEAP_PROFILE = {
  head: {
    callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
    selfSize: 0,
    id: 1,
    children: [],
  },
};
const READING = {
  monoMs: 1,
  unavailable: ['x'],
  memory: { heapUsed: 1, external: 1, arrayBuffers: 1 },
  heap: { total: 1, limit: 1, malloced: 1, contexts: 1 },
  spaces: { old_space: 1 },
  loop: { p50: 1, p99: null, max: 1 },
  utilization: 0.5,
  gc: { major: 1, majorMs: 1, minor: 1, minorMs: 1, otherMs: 0, maxPauseMs: 1 },
  live: [{ monoMs: 1, bytes: 1 }],
  resources: { TCPSocketWrap: 1 },
  requests: { served: 1, errors: 0, aborted: 0, active: 0, latencySumMs: 3 },
  queries: null,
};
const value = (of: unknown): object => ({ id: 1, result: { result: { value: of } } });

/** What is answered, by a word of what was asked. */
const FRAMES: readonly (readonly [ask: string, frame: object])[] = [
  ['readRegistry', value({ owner: { pid: 1, startTicks: 1, pidNamespace: 'x' }, openedByUs: false, silentTicks: 9 })],
  ['installProbe', value({ unavailable: ['one'] })],
  ['sample()', value(READING)],
  ['HeapProfiler.collectGarbage', { id: 1, result: {} }],
  ['Runtime.getHeapUsage', { id: 1, result: { usedSize: 1000 } }],
  [
    'profileEnd',
    {
      method: 'Profiler.consoleProfileFinished',
      params: { title: 'soak-profiler x 1', profile: profileOf([{ atUs: 1, stack: 'a' }], 0, 100) },
    },
  ],
  ['getSamplingProfile', { id: 1, result: { profile: HEAP_PROFILE } }],
  ['Object.prototype', { id: 1, result: { result: { objectId: '1' } } }],
  ['Runtime.queryObjects', { id: 1, result: { objects: { objectId: '2' } } }],
  ['Runtime.callFunctionOn', { id: 1, result: { result: { value: [{ class: 'A', count: 3 }] } } }],
  [
    'takeHeapSnapshot',
    { method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: '{"snapshot":{"node_count":7' } },
  ],
];

/** An inspector that answers each question with the frame that stands in its line, whatever that has become. */
class ScriptedSession implements InspectorSession {
  isOpen = true;
  end: SessionEnd | null = null;
  readonly closed: Promise<SessionEnd>;
  readonly #lines: readonly string[];
  readonly #listeners = new Map<string, (params: never) => void>();
  #close: (end: SessionEnd) => void = () => {};

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  hasten(): void {}

  disconnect(): void {
    this.isOpen = false;
    this.end = { cause: 'closed', detail: 'ended' };
    this.#close(this.end);
  }

  async call<Result>(method: string, params: object = {}): Promise<Result> {
    const asked = `${method} ${JSON.stringify(params)}`;
    const at = FRAMES.findIndex(([ask]) => asked.includes(ask));
    if (at < 0) return {} as Result;
    // What never comes would be waited for: the connection ends first.
    if (asked.includes('profileEnd')) setImmediate(() => this.disconnect());
    const message = readInspectorMessage(this.#lines[at] ?? '');
    if (message === null) {
      this.disconnect();
      throw new InspectorError(method, 'closed', 'nonsense');
    }
    if (message.kind === 'answer') {
      if (message.error !== null) throw new InspectorError(method, 'protocol', message.error);
      return message.result as Result;
    }
    try {
      this.#listeners.get(message.method)?.(message.params as never);
    } catch (error) {
      this.disconnect();
      throw new InspectorError(method, 'closed', String(error));
    }
    return {} as Result;
  }

  on<Params>(event: string, listener: (params: Params) => void): () => void {
    this.#listeners.set(event, listener);
    return () => this.#listeners.delete(event);
  }

  async evaluate<Value>(expression: string): Promise<Value> {
    const { result } = await this.call<{ readonly result?: { readonly value?: unknown } }>('Runtime.evaluate', {
      expression,
    });
    return result?.value as Value;
  }

  evaluateInTurn<Value>(expression: string): Promise<Value> {
    return this.evaluate<Value>(expression);
  }
}

const clock = { wallMs: () => 0, monoMs: () => performance.now() };

/** All that is asked of a target while it is attached, each on a connection of its own. */
const STEPS: readonly ((session: InspectorSession) => Promise<unknown>)[] = [
  (session) => claimTarget(session, { openedByUs: false, debugPort: 1, tickMs: 1 }),
  async (session) => {
    const probe = await RuntimeProbe.install(session, { clock, httpProbes: true });
    await probe.sample();
    await collectGarbage(session, probe.measure);
    await new AllocationRecorder(session, probe.measure).read();
    await countClasses(session, probe.measure);
  },
  async (session) => {
    const recorder = new CpuRecorder({ session, clock, measure, name: 'x' });
    await recorder.start({ intervalUs: 1000 });
    await recorder.stop();
  },
  (session) => {
    const sink = { write: () => {}, commit: () => ({ path: '', bytes: 0, checksum: '00000000' }), abandon: () => {} };
    return takeSnapshot(session, { openSink: () => sink, measure, estimatedPauseMs: 1, numbers: false });
  },
];

async function measure<Value>(action: () => Promise<Value>) {
  return { value: await action(), cost: { startMonoMs: 0, endMonoMs: 0, pauseMs: 0 } };
}

export const takeInConversation: FuzzedReader = {
  kind: 'lines',
  seeds: () => [encode(FRAMES.map(([, frame]) => JSON.stringify(frame)).join('\n'))],
  read: async (bytes) => {
    const lines = new TextDecoder('utf-8').decode(bytes).split('\n');
    const failures: unknown[] = [];
    for (const step of STEPS) {
      const session = new ScriptedSession(lines);
      await step(session).catch((error: unknown) => {
        const facts = { pid: 1, startTicks: 1, nodeVersion: null, commandLine: [], cwd: '', name: 'x' };
        failures.push(explainFailure(error, { facts, process: null, session } as never));
      });
      session.disconnect();
    }
    const [first] = failures;
    if (first !== undefined) throw first;
  },
};
