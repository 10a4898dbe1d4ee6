import { readKernelFile } from './proc-files.ts';

/** TCP states of the kernel (include/net/tcp_states.h), by number. */
const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];
const LISTEN = 10;

interface TcpRow {
  readonly inode: string;
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly state: number;
}

/**
 * The remote addresses of TCP sockets in the network namespace of a process, by inode. Sockets accepted on a
 * listening port are grouped by that port (clients come from anywhere), all others by their peer.
 */
export function readSocketPeers(pid: number): ReadonlyMap<string, string> {
  const rows = [...readTable(`/proc/${pid}/net/tcp`), ...readTable(`/proc/${pid}/net/tcp6`)];
  const listening = new Set(rows.filter((row) => row.state === LISTEN).map((row) => row.localPort));
  return new Map(rows.map((row) => [row.inode, describe(row, listening)]));
}

function describe({ state, local, localPort, remote }: TcpRow, listening: ReadonlySet<number>): string {
  if (state === LISTEN) return `TCP listening on ${local}`;
  const word = STATES[state] ?? `state ${state}`;
  return listening.has(localPort) ? `TCP accepted on port ${localPort}, ${word}` : `TCP to ${remote}, ${word}`;
}

/** Rows `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`, addresses as hexadecimal words. */
function readTable(path: string): TcpRow[] {
  const lines = (readKernelFile(path) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    if (!local || !remote || !state || !inode) return [];
    const localPort = Number.parseInt(local.split(':')[1] ?? '', 16);
    return [
      { inode, local: readAddress(local), localPort, remote: readAddress(remote), state: Number.parseInt(state, 16) },
    ];
  });
}

/** `0100007F:1F90` is 127.0.0.1:8080: each 32-bit word is printed in the byte order of a little-endian host. */
function readAddress(text: string): string {
  const [hex = '', port = ''] = text.split(':');
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)));
  return `${formatIp(bytes)}:${Number.parseInt(port, 16)}`;
}

function formatIp(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return `[${groups
    .join(':')
    .replace(/\b0(:0)+\b/, ':')
    .replace(/:{3,}/, '::')}]`;
}
