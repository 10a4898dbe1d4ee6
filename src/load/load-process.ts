import { goFirstWhenMemoryRunsOut } from '../files/oom-score.ts';
import { LoadEngine } from './load-engine.ts';
import type { FromLoad, LoadConfig, ToLoad } from './load-messages.ts';

/**
 * The load process: a child that is controlled over IPC and reports every interval. Ctrl-C in the terminal, and
 * closing it, reach it too, but only its parent decides when it ends; when the parent is gone, it exits on its own.
 */
goFirstWhenMemoryRunsOut();
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
serve();

function serve(): void {
  let engine: LoadEngine | null = null;
  let reporting: NodeJS.Timeout | null = null;

  function prepare(config: LoadConfig): void {
    const made = new LoadEngine(config, {
      onError: (name, kind) => void send({ type: 'request-error', name, kind }),
      onSuspended: (gapMs) => void send({ type: 'suspended', gapMs }),
      onOver: () => void conclude(made, 'over'),
    });
    engine = made;
    reporting = setInterval(() => void report(made), config.intervalMs);
  }

  async function conclude(of: LoadEngine, type: 'over' | 'stopped'): Promise<void> {
    if (reporting) clearInterval(reporting);
    await report(of);
    await send({ type, totals: of.totals() });
  }

  async function handle(message: ToLoad): Promise<void> {
    if (message.type === 'prepare') {
      prepare(message.config);
      await send({ type: 'prepared' });
      return;
    }
    if (!engine) throw new Error(`${message.type} before prepare`);
    if (message.type === 'start') {
      engine.start();
      await send({ type: 'started' });
    } else if (message.type === 'level') {
      engine.setLevel(message.level);
      await send({ type: 'levelled' });
    } else if (message.type === 'pause') {
      await engine.pause(message.graceMs ?? undefined, message.letGo);
      await report(engine);
      await send({ type: 'paused', totals: engine.totals() });
    } else if (message.type === 'resume') {
      engine.resume();
      await send({ type: 'resumed' });
    } else {
      await engine.stop();
      await conclude(engine, 'stopped');
      process.exit(0);
    }
  }

  process.on('message', (message: ToLoad) => void handle(message).catch(fail));
  void send({ type: 'listening' });
}

function report(of: LoadEngine): Promise<void> {
  return send({ type: 'interval', intervals: of.takeIntervals(), totals: of.totals() });
}

/** Settles when the message has left. */
function send(message: FromLoad): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, {}, () => resolve());
    else resolve();
  });
}

async function fail(error: unknown): Promise<void> {
  await send({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}
