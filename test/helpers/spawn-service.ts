import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';

export interface SpawnServiceOptions {
  readonly args?: readonly string[];
  /** A free one by default; that of a predecessor, for a restart. */
  readonly port?: number;
  /** Flags of Node itself, before the script. */
  readonly nodeArgs?: readonly string[];
  /** Another Node than ours. */
  readonly nodePath?: string;
  /** Beside those of this process; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readyTimeoutMs?: number;
}

export interface RunningService {
  readonly baseUrl: string;
  readonly port: number;
  readonly pid: number;
  /** The whole ready line. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly child: ChildProcess;
  /** What it wrote on stderr until now. */
  stderr(): string;
  /** Asks it to end, kills it when it does not, and waits until it is gone. Resolves with exit code or signal. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

interface ReadyLine {
  readonly listening: { readonly host: string; readonly port: number };
  readonly pid: number;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Starts a target on a free port and waits for its ready line, `{"listening":{"host","port"},"pid"}`. Rejects with what
 * it wrote on stderr when it ends before. `script`: from the root of the project, `dist/src/demo/main.js`.
 */
export async function spawnService(script: string, options: SpawnServiceOptions = {}): Promise<RunningService> {
  const { args = [], nodeArgs = [], nodePath = process.execPath, env = {} } = options;
  const child = spawn(nodePath, [...nodeArgs, script, '--port', String(options.port ?? 0), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  // A test process that dies must not leave its targets behind.
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild);
  child.once('exit', () => process.off('exit', killChild));

  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    const ready = await waitForReadyLine(child, script, () => stderr, options.readyTimeoutMs ?? READY_TIMEOUT_MS);
    const { host, port } = ready.listening;
    return {
      baseUrl: `http://${host}:${port}`,
      port,
      pid: ready.pid,
      ready: { ...ready },
      child,
      stderr: () => stderr,
      stop: (signal = 'SIGTERM') => stopChild(child, signal),
    };
  } catch (error) {
    killChild();
    throw error;
  }
}

async function waitForReadyLine(
  child: ChildProcess,
  script: string,
  stderr: () => string,
  timeoutMs: number,
): Promise<ReadyLine> {
  const lines = createInterface({ input: child.stdout! });
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    return await new Promise<ReadyLine>((resolve, reject) => {
      lines.on('line', (line) => line.startsWith('{"listening"') && resolve(JSON.parse(line) as ReadyLine));
      child.once('error', reject);
      child.once('close', (code, signal) => reject(new Error(`${script} ended (${signal ?? code}): ${stderr()}`)));
      timeout.signal.addEventListener('abort', () =>
        reject(new Error(`${script} was not ready after ${timeoutMs} ms: ${stderr()}`)),
      );
    });
  } finally {
    clearTimeout(timer);
  }
}

async function stopChild(child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
  return child.exitCode ?? child.signalCode ?? 0;
}
