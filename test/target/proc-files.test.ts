import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetTable } from '../../src/target/listening-sockets.ts';
import { splitNodeArguments } from '../../src/target/node-arguments.ts';
import { parseStat, parseStatus } from '../../src/target/proc.ts';

test('stat: a process name may hold brackets and spaces', () => {
  const rest = `S 12 1 1 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 11 0 987654 1 2`;
  assert.deepEqual(parseStat(`4711 (a) b (c)) ${rest}`), {
    comm: 'a) b (c)',
    state: 'S',
    parentPid: 12,
    startTicks: 987654,
  });
});

test('status: masks, user and the pid inside of a namespace', () => {
  const status = (caught: string, blocked: string): string =>
    `Name:\tnode\nUid:\t1000\t1001\t1000\t1000\nNSpid:\t4711\t1\nVmRSS:\t  2048 kB\nSigBlk:\t${blocked}\nSigCgt:\t${caught}\n`;
  assert.deepEqual(parseStatus(status('0000000188004602', '0000000000000000')), {
    uid: 1000,
    namespacePids: [4711, 1],
    sigusr1: 'caught',
    threads: 0,
    rssBytes: 2048 * 1024,
  });
  assert.equal(parseStatus(status('0000000188004402', '0000000000000200')).sigusr1, 'blocked');
  assert.equal(parseStatus(status('0000000188004402', '0000000000000000')).sigusr1, 'default');
});

test('net table: listening sockets only, addresses of both families', () => {
  const row = (address: string, state: string): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0 100 0 0 10 0`;
  const table = [
    '  sl  local_address ...',
    row('0100007F:240D', '0A'),
    row('0100007F:1F90', '01'),
    row('00000000:0BB8', '0A'),
    row('00000000000000000000000001000000:240D', '0A'),
    row('00000000000000000000000000000000:0050', '0A'),
    row('0000000000000000FFFF00000100007F:0051', '0A'),
  ].join('\n');
  assert.deepEqual(
    parseNetTable(table).map(({ address, port }) => `${address} ${port}`),
    ['127.0.0.1 9229', '0.0.0.0 3000', '::1 9229', ':: 80', '::ffff:127.0.0.1 81'],
  );
  assert.deepEqual(parseNetTable(table)[0], { address: '127.0.0.1', port: 9229, inode: '4242', uid: 1000 });
});

test('arguments of Node end where the script begins', () => {
  assert.deepEqual(splitNodeArguments(['node', '--inspect=0', '-r', './a.js', 'server.js', '--permission']), {
    flags: ['--inspect=0', '-r'],
    script: 'server.js',
  });
  assert.deepEqual(splitNodeArguments(['node', '-e', 'code()', 'argument']), { flags: ['-e'], script: null });
  assert.deepEqual(splitNodeArguments(['npm run start']), { flags: [], script: null });
});
