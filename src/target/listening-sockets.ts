import { openDescriptors } from './open-descriptors.ts';
import { listPids, readNetTable, readUnixTable } from './proc.ts';

/** State column of /proc/net/tcp for a listening socket. */
const LISTEN = '0A';

export interface ListeningSocket {
  /** `127.0.0.1`, `0.0.0.0`, `::1`, `::`. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
  readonly uid: number;
}

/** All TCP sockets listened on in the network namespace of the process. */
export function socketsInNamespaceOf(pid: number | 'self'): ListeningSocket[] {
  return [...parseNetTable(readNetTable(pid, 'tcp')), ...parseNetTable(readNetTable(pid, 'tcp6'))];
}

/**
 * The TCP sockets that the process itself listens on: its descriptors joined with the table by inode.
 * Null when its descriptors may not be read (another user, or a program with file capabilities).
 */
export function listeningSocketsOf(pid: number): ListeningSocket[] | null {
  const open = openDescriptors(pid);
  return open && listeningAmong(pid, open.sockets);
}

/** Those of the process that listen, of the sockets with these inodes. */
export function listeningAmong(pid: number, inodes: ReadonlySet<string>): ListeningSocket[] {
  return socketsInNamespaceOf(pid).filter((socket) => inodes.has(socket.inode));
}

/** Flag of a socket of the Unix domain that is listened on. */
const ACCEPTS = 0x10000;

/** Paths of the sockets of the Unix domain that the process listens on, of those with these inodes. */
export function unixListeningAmong(pid: number, inodes: ReadonlySet<string>): readonly string[] {
  const rows = readUnixTable(pid).matchAll(/^\S+: \S+ \S+ ([0-9A-F]+) \S+ \S+ +(\d+) (.+)$/gm);
  const listening = [...rows].filter(
    ([, flags = '', inode = '']) => (Number.parseInt(flags, 16) & ACCEPTS) !== 0 && inodes.has(inode),
  );
  return [...new Set(listening.map(([, , , path = '']) => path))];
}

/** Who holds one of these sockets; several after a fork that handed them on, none when they belong to another user. */
export function pidsHolding(sockets: readonly ListeningSocket[]): number[] {
  if (sockets.length === 0) return [];
  const wanted = new Set(sockets.map((socket) => socket.inode));
  return listPids().filter((pid) => [...(openDescriptors(pid)?.sockets ?? [])].some((inode) => wanted.has(inode)));
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

export function parseNetTable(table: string): ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTEN)
    .map((columns) => {
      const [address = '', port = ''] = (columns[1] ?? '').split(':');
      return {
        address: parseAddress(address),
        port: Number.parseInt(port, 16),
        inode: columns[9] ?? '',
        uid: Number(columns[7]),
      };
    });
}

/** The kernel prints addresses as 32-bit words in host byte order (little-endian on all our hosts), each as 8 digits. */
function parseAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const text = bytes.join('').toLowerCase();
  if (/^0+$/.test(text)) return '::';
  if (/^0{31}1$/.test(text)) return '::1';
  if (text.startsWith('00000000000000000000ffff')) {
    const tail = bytes.slice(12).map((byte) => Number.parseInt(byte, 16));
    return `::ffff:${tail.join('.')}`;
  }
  return (text.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
