import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import WebSocket from 'ws';
import { parseProcStat, readKernelFile } from '../../src/capture/proc-files.ts';
import type { InspectorSession } from '../../src/target/session.ts';

export interface InspectedChild {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly startTicks: number;
  readonly folder: string;
  readonly session: InspectorSession;
  /** A further connection to the same inspector. */
  connect(): Promise<InspectorSession>;
  /** Next line that the program prints. */
  nextLine(): Promise<string>;
}

export interface ChildOptions {
  readonly node?: string;
  readonly file?: string;
  readonly args?: readonly string[];
}

/** Runs a program as a Node process of its own with its inspector on a free port, ended with the test. */
export async function startInspected(
  t: TestContext,
  program: string,
  options: ChildOptions = {},
): Promise<InspectedChild> {
  const folder = mkdtempSync(join(tmpdir(), 'capture-test-'));
  const file = join(folder, options.file ?? 'service.cjs');
  writeFileSync(file, program);
  const child = spawn(options.node ?? process.execPath, [...(options.args ?? []), '--inspect=127.0.0.1:0', file], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const url = await inspectorUrl(child);
  const session = await connect(url);
  t.after(() => session.disconnect());
  const pid = child.pid!;
  return {
    child,
    pid,
    startTicks: parseProcStat(readKernelFile(`/proc/${pid}/stat`) ?? '')?.startTicks ?? 0,
    folder,
    session,
    connect: async () => {
      const further = await connect(url);
      t.after(() => further.disconnect());
      return further;
    },
    nextLine: async () => (await lines.next()).value,
  };
}

async function inspectorUrl(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr!) {
    text += String(chunk);
    const url = /ws:\/\/\S+/.exec(text)?.[0];
    if (url) {
      return url;
    }
  }
  throw new Error(`no inspector: ${text}`);
}

async function connect(url: string): Promise<InspectorSession> {
  const socket = new WebSocket(url, { maxPayload: 0, perMessageDeflate: false });
  await once(socket, 'open');
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<string, Set<(params: unknown) => void>>();
  let lastId = 0;
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      for (const { reject } of pending.values()) reject(new Error('inspector closed'));
      pending.clear();
      resolve('closed');
    });
  });
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as {
      id?: number;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { message: string };
    };
    if (message.method) for (const listener of listeners.get(message.method) ?? []) listener(message.params);
    const waiting = message.id === undefined ? undefined : pending.get(message.id);
    if (!waiting) return;
    pending.delete(message.id!);
    if (message.error) waiting.reject(new Error(message.error.message));
    else waiting.resolve(message.result);
  });
  const call = <Result>(method: string, params: object = {}, options: { deadlineMs?: number } = {}): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new Error('inspector closed'));
      lastId += 1;
      const id = lastId;
      const timer = setTimeout(() => reject(new Error(`${method}: deadline`)), options.deadlineMs ?? 20_000);
      pending.set(id, {
        resolve: (value) => {
          clearTimeout(timer);
          resolve(value as Result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    call,
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener as (params: unknown) => void));
      return () => set.delete(listener as (params: unknown) => void);
    },
    evaluate: async <Value>(expression: string, options: { deadlineMs?: number } = {}) => {
      const answer = await call<{ result: { value: Value }; exceptionDetails?: object }>(
        'Runtime.evaluate',
        { expression, returnByValue: true, includeCommandLineAPI: true },
        options,
      );
      if (answer.exceptionDetails) throw new Error(JSON.stringify(answer));
      return answer.result.value;
    },
    closed,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    disconnect: () => socket.close(),
  };
}
