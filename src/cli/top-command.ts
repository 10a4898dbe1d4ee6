import { createHostClock } from '../capture/host-clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { type LiveSample, watchTarget } from '../session/watch-target.ts';
import { flagArgument, numberArgument, terminalFor } from './arguments.ts';
import type { Command } from './command.ts';
import { LiveTop } from './live/live-top.ts';
import { METRICS_OPTIONS, metricsAddress, withLiveMetrics } from './offer-live-metrics.ts';
import { durationOption } from './option-types.ts';
import { ATTACH_OPTIONS, TARGET_OPTIONS } from './target-options.ts';
import { createTopView } from './top-view.ts';
import { withAttachment } from './with-attachment.ts';

const DEFAULT_INTERVAL_MS = 1000;
/** Below it the kernel's clock ticks (10 ms) make the figure of CPU jump. */
const SHORTEST_INTERVAL_MS = 500;

/** What a service does now, from outside and inside; nothing is recorded. */
export const topCommand: Command = (exit) => ({
  command: 'top',
  describe: 'show one service live; record nothing',
  builder: (yargs) =>
    yargs
      .options(TARGET_OPTIONS)
      .options(ATTACH_OPTIONS)
      .options({
        interval: durationOption('interval', 'time between samples (default: 1s, at least 500ms)', '2s'),
        ...METRICS_OPTIONS,
        once: { type: 'boolean', default: false, describe: 'take one sample and exit' },
        probes: {
          type: 'boolean',
          default: true,
          describe: 'watch HTTP requests inside the service (--no-probes: off)',
        },
      })
      .example('$0 top --port 3000', 'a live view with keys (? lists them), until q or Ctrl-C')
      .example('$0 top --port 3000 --json --once', 'one sample for a script')
      .example('$0 top --port 3000 --metrics-port 9464', 'for Prometheus, too'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const intervalMs = settleInterval(numberArgument(args, 'interval') ?? DEFAULT_INTERVAL_MS);
    const once = flagArgument(args, 'once');
    const address = metricsAddress(args, null);
    const enough = new AbortController();
    // `profiler top --json | head -3`: once its reader is gone, there is no one to print for.
    process.stdout.once('error', () => enough.abort());
    await withAttachment(args, terminal, {
      command: 'top',
      stopWords: 'stopping',
      action: async (attachment, stop) => {
        const screen =
          terminal.isInteractive && !once ? new LiveTop(terminal, attachment.facts, createHostClock()) : null;
        const print = createTopView(terminal);
        const show = screen ? (sample: LiveSample) => screen.show(sample) : print;
        const { name: service, nodeVersion } = attachment.facts;
        const live = { service, nodeVersion, runId: null, sampleMs: intervalMs };
        const ending = await withLiveMetrics(address, live, terminal, (metrics) =>
          watchTarget(attachment, {
            intervalMs,
            clock: createHostClock(),
            httpProbes: flagArgument(args, 'probes'),
            queryProbes: false,
            stop: AbortSignal.any([stop, enough.signal]),
            onSample: (sample) => {
              show(sample);
              metrics?.show({ ...sample, segment: 0, lateMs: 0 });
              if (once) enough.abort();
            },
          }),
        ).finally(() => screen?.close());
        // Told by withAttachment, with exit code 4.
        if (ending === 'target-lost') throw new Error('its inspector closed');
      },
    });
    // Ctrl-C is how a live view ends: no failure.
    exit(EXIT.passed);
  },
});

function settleInterval(intervalMs: number): number {
  if (intervalMs >= SHORTEST_INTERVAL_MS) return intervalMs;
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `--interval ${intervalMs}ms is too short to measure CPU.`,
    `Give at least ${SHORTEST_INTERVAL_MS}ms.`,
  );
}
