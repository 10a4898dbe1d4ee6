import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import { redactMessage } from '../redact/redact-text.ts';

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];
/** No header lets pages of another origin read the answer. */
const PLAIN: OutgoingHttpHeaders = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

export interface MetricsAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Names under which the figures may be asked for, besides those of this machine and the address they are served on. */
  readonly allowedHosts?: readonly string[];
}

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves GET /metrics until it is closed, to whoever asks by a name that is meant: a page in a browser on this machine can
 * reach a loopback port under a name of its own (DNS rebinding), and says so in the Host header. Throws a ProfilerError
 * (exit 2) when the address cannot be had.
 */
export async function serveMetrics(
  { host, port, allowedHosts = [] }: MetricsAddress,
  read: () => Promise<{ readonly contentType: string; readonly text: string }>,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const refuse = (status: number, words: string, headers: OutgoingHttpHeaders = {}): void => {
      response.writeHead(status, { ...PLAIN, ...headers }).end(`${words}\n`);
    };
    // Two of them are refused: it is unclear which one a client reads.
    const { host: hosts = [] } = request.headersDistinct;
    const asked = hosts.length === 1 ? hostOf(hosts[0] ?? '') : '';
    const own = [...LOOPBACK_NAMES, host, request.socket.localAddress?.replace(/^::ffff:/, ''), ...allowedHosts];
    if (asked === '' || !own.some((name) => name?.toLowerCase() === asked)) {
      refuse(403, 'These figures are not served under this host name; --metrics-allow-host NAME allows it.');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'The figures can be read only.', { allow: 'GET, HEAD' });
    } else if (request.url?.split('?')[0] !== '/metrics') {
      refuse(404, 'The figures are at /metrics');
    } else {
      read().then(
        ({ contentType, text }) => response.writeHead(200, { ...PLAIN, 'content-type': contentType }).end(text),
        (error: Error) => refuse(500, printable(redactMessage(error.message))),
      );
    }
  });
  await listen(server, host, port);
  const { address, family, port: boundPort } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${boundPort}/metrics`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** `LOCALHOST:9464` is `localhost`, `[::1]:9464` is `::1`. */
function hostOf(header: string): string {
  const [, bracketed, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header) ?? [];
  return (bracketed ?? name).toLowerCase();
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProfilerError(
      'metrics-port',
      EXIT.usage,
      `Metrics cannot be served on ${host}:${port}: ${code === 'EADDRINUSE' ? 'the port is in use' : message}.`,
      'Give another port with --metrics-port (0: any free one), or another address with --metrics-host.',
    );
  }
}
