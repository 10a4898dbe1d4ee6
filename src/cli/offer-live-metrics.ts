import type { Options } from 'yargs';
import { createHostClock } from '../capture/host-clock.ts';
import { createLiveMetrics, type LiveFacts, type LiveMetrics } from '../exchange/live-metrics.ts';
import { type MetricsAddress, serveMetrics } from '../exchange/serve-metrics.ts';
import { toolVersion } from '../files/tool-version.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { SoakListener } from '../soak/soak-status.ts';
import { type Arguments, numberArgument, textArgument } from './arguments.ts';
import type { Config } from './load-config.ts';
import { numberOption, textOption } from './option-types.ts';
import type { Terminal } from './terminal.ts';

const LOOPBACK = '127.0.0.1';
const LAST_PORT = 65_535;

export const METRICS_OPTIONS: Readonly<Record<'metrics-port' | 'metrics-host' | 'metrics-allow-host', Options>> = {
  'metrics-port': {
    ...numberOption('metrics-port', 'serve the live figures for Prometheus on this port (0: any)', { integer: true }),
    group: 'Monitoring:',
  },
  'metrics-host': {
    ...textOption('metrics-host', `address to serve the figures on (default: ${LOOPBACK}, this machine only)`),
    group: 'Monitoring:',
  },
  'metrics-allow-host': {
    ...textOption(
      'metrics-allow-host',
      'other host names that requests may use, besides those of this machine: NAME,NAME',
    ),
    group: 'Monitoring:',
  },
};

/** Where the live figures are wanted; null if they are not. */
export function metricsAddress(args: Arguments, config: Config | null): MetricsAddress | null {
  const port = numberArgument(args, 'metrics-port') ?? config?.metrics.port ?? null;
  const host = textArgument(args, 'metrics-host') ?? config?.metrics.host ?? null;
  const allowed = textArgument(args, 'metrics-allow-host');
  const allowedHosts =
    allowed === null ? (config?.metrics.allowHosts ?? []) : allowed.split(',').map((name) => name.trim());
  if (port === null && host !== null) {
    throw usage('--metrics-host needs a port.', 'Add --metrics-port 9464.');
  }
  if (port === null && allowed !== null) {
    throw usage('--metrics-allow-host needs a port.', 'Add --metrics-port 9464.');
  }
  if (port === null) return null;
  if (port > LAST_PORT) throw usage(`--metrics-port ${port} is not a port.`, `Give a number from 0 to ${LAST_PORT}.`);
  return { port, host: host ?? LOOPBACK, allowedHosts };
}

/** Serves the live figures while `action` runs; without an address `action` is given null. */
export async function withLiveMetrics<Result>(
  address: MetricsAddress | null,
  facts: Omit<LiveFacts, 'toolVersion'>,
  terminal: Terminal,
  action: (metrics: LiveMetrics | null) => Promise<Result>,
): Promise<Result> {
  if (address === null) return await action(null);
  const metrics = await createLiveMetrics({ ...facts, toolVersion: toolVersion() }, createHostClock());
  const server = await serveMetrics(address, () => metrics.read());
  terminal.say(`live figures for Prometheus at ${server.url}`);
  try {
    return await action(metrics);
  } finally {
    await server.close();
  }
}

/** What a soak reports, as figures. */
export function metricsListener(metrics: LiveMetrics): SoakListener {
  return {
    status(status) {
      if (status.sample) metrics.show(status.sample);
      metrics.progress(status);
    },
    requests: (intervals) => metrics.requests(intervals),
    ended: () => metrics.end(),
    happened: () => {},
  };
}

function usage(message: string, hint: string): ProfilerError {
  return new ProfilerError('usage', EXIT.usage, message, hint);
}
