import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from '../../src/format/crc32.ts';
import { createJournalDecoder, encodeJournalLine } from '../../src/format/journal.ts';
import { decodeJournal } from '../helpers/decode-journal.ts';
import { seededRandom } from './seeded-random.ts';

const records = fc.array(
  fc.record({ n: fc.integer(), text: fc.string({ unit: 'binary' }), list: fc.array(fc.double({ noNaN: true })) }),
  { minLength: 1, maxLength: 20 },
);

/** A journal of `count` records, each with its number. */
function journal(count: number): Buffer {
  const lines = Array.from({ length: count }, (_, n) =>
    encodeJournalLine({ n, name: `größe ${n}`, values: { 'process.rss': n * 4096, 'heap.used': n * 12.5 } }),
  );
  return Buffer.from(lines.join(''));
}

function numbers(bytes: Uint8Array): number[] {
  return decodeJournal(bytes).records.map(({ record }) => ('n' in record ? Number(record.n) : Number.NaN));
}

test('crc32: the check value of the standard', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
  if (zlibCrc32) {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === zlibCrc32(bytes)));
  }
});

test('what was written is read back, however the bytes are cut', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 50 }), (written, chunkBytes) => {
      const bytes = Buffer.from(written.map(encodeJournalLine).join(''));
      const read: object[] = [];
      const decoder = createJournalDecoder({
        record: ({ record }) => read.push(record),
        damage: ({ reason }) => assert.fail(reason),
      });
      const reused = new Uint8Array(chunkBytes);
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        const piece = bytes.subarray(at, at + chunkBytes);
        reused.set(piece);
        decoder.push(reused.subarray(0, piece.length));
      }
      decoder.end();
      assert.deepEqual(read, JSON.parse(JSON.stringify(written)));
    }),
  );
});

test('every line is JSON for other tools too', () => {
  const line = JSON.parse(encodeJournalLine({ n: 1, crc: 'own' }));
  assert.equal(line.n, 1);
  assert.match(line.crc, /^[0-9a-f]{8}$/);
});

test('a 64 KB journal cut at every byte loses at most the record that was cut', () => {
  const whole = journal(800);
  assert.ok(whole.length > 64_000);
  const lineStarts = [0];
  for (let cut = 0; cut <= whole.length; cut += 1) {
    // A record is complete with its closing brace; its line end may be missing.
    if (whole[cut] === 10) lineStarts.push(cut + 1);
    // Lines do not depend on each other, so from one to the next it is enough to look at the last few.
    const first = Math.max(0, lineStarts.length - 5);
    const { records: read, damage } = decodeJournal(whole.subarray(lineStarts[first], cut));
    assert.equal(read.length, lineStarts.length - 1 - first, `cut at ${cut}`);
    assert.ok(damage.length <= 1);
  }
});

test('2,000 flipped bytes: at most two records lost each, all others read', () => {
  const whole = journal(60);
  const random = seededRandom(11);
  for (let round = 0; round < 2000; round += 1) {
    const damaged = Buffer.from(whole);
    const at = Math.floor(random() * damaged.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(random() * 255));
    const read = numbers(damaged);
    assert.ok(read.length >= 58, `byte ${at}: ${60 - read.length} lost`);
    assert.deepEqual(
      read,
      read.toSorted((a, b) => a - b),
    );
    const hit = whole.subarray(0, at).filter((byte) => byte === 10).length;
    const lost = Array.from({ length: 60 }, (_, n) => n).filter((n) => !read.includes(n));
    assert.ok(lost.every((n) => n === hit || n === hit + 1));
  }
});

test('damage names line, byte and reason; blank lines are nothing', () => {
  const [first = '', second = '', third = ''] = [1, 2, 3].map((n) => encodeJournalLine({ n }));
  const { records: read, damage } = decodeJournal(Buffer.from(`${first}\n\n${second.slice(0, 9)}\n${third}{"n":4`));
  assert.deepEqual(
    read.map(({ line }) => line),
    [1, 5],
  );
  assert.deepEqual(
    damage.map(({ line, byteOffset }) => [line, byteOffset]),
    [
      [4, first.length + 2],
      [6, first.length + 2 + 10 + third.length],
    ],
  );
  assert.match(damage[0]?.reason ?? '', /does not end in a checksum/);
  assert.match(damage[1]?.reason ?? '', /the file ends inside this line/);
});

test('bytes of nothing, of noise and without end are damage, not a crash', () => {
  assert.deepEqual(decodeJournal(new Uint8Array(0)), { records: [], damage: [] });
  assert.equal(decodeJournal(new Uint8Array(5000)).damage.length, 1);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => decodeJournal(noise).records.length === 0));

  const damage: string[] = [];
  const read: object[] = [];
  const decoder = createJournalDecoder({
    record: ({ record }) => read.push(record),
    damage: ({ reason }) => damage.push(reason),
  });
  const megabyte = new Uint8Array(1 << 20).fill(0x61);
  for (let i = 0; i < 20; i += 1) decoder.push(megabyte);
  decoder.push(Buffer.from(`\n${encodeJournalLine({ n: 7 })}`));
  decoder.end();
  assert.deepEqual(damage, ['longer than any record']);
  assert.deepEqual(read, [{ n: 7 }]);
});

test('a line whose JSON is not ours, with a right checksum, is damage', () => {
  const body = '{"n":';
  const line = `${body},"crc":"${crc32(Buffer.from(body)).toString(16).padStart(8, '0')}"}\n`;
  assert.match(decodeJournal(Buffer.from(line)).damage[0]?.reason ?? '', /not JSON/);
});
