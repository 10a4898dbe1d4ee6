import type { Bytes, Milliseconds, Share, WallMs } from '../../model/units.ts';
import { doubleOf, ProtobufWriter, protobufFields } from '../protobuf.ts';
import { ShapeError } from '../shape.ts';

/** One reading of a process as Clinic Doctor keeps it, once in 10 ms. */
export interface ProcessStat {
  readonly timestampMs: WallMs;
  /** By how much the timer of the reading was late. */
  readonly delayMs: Milliseconds;
  /** 1 is one core busy. */
  readonly cpuCores: number;
  readonly rssBytes: Bytes;
  readonly heapTotalBytes: Bytes;
  readonly heapUsedBytes: Bytes;
  readonly externalBytes: Bytes;
  readonly arrayBuffersBytes: Bytes;
  readonly handles: number;
  readonly loopUtilization: Share;
}

const LENGTH_BYTES = 2;

/** `…-processstat`: messages of protobuf, each behind its length in two bytes, the higher one first. */
export function encodeProcessStats(stats: readonly ProcessStat[]): Uint8Array {
  const frames = stats.map((stat) => frameOf(messageOf(stat)));
  const whole = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}

function messageOf(stat: ProcessStat): Uint8Array {
  const memory = new ProtobufWriter()
    .double(1, stat.rssBytes)
    .double(2, stat.heapTotalBytes)
    .double(3, stat.heapUsedBytes)
    .double(4, stat.externalBytes)
    .double(5, stat.arrayBuffersBytes);
  return new ProtobufWriter()
    .double(1, stat.timestampMs)
    .double(2, stat.delayMs)
    .double(3, stat.cpuCores)
    .message(4, memory)
    .integer(5, stat.handles)
    .integer(6, stat.loopUtilization * 100)
    .bytes();
}

function frameOf(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(LENGTH_BYTES + message.length);
  new DataView(frame.buffer).setUint16(0, message.length);
  frame.set(message, LENGTH_BYTES);
  return frame;
}

/** Throws a ShapeError for what is none. A reading that is cut off at the end (the process died) is left out. */
export function readProcessStats(bytes: Uint8Array): ProcessStat[] {
  const stats: ProcessStat[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + LENGTH_BYTES <= bytes.length; ) {
    const start = at + LENGTH_BYTES;
    at = start + view.getUint16(at);
    if (at > bytes.length) break;
    stats.push(readStat(bytes.subarray(start, at)));
  }
  if (stats.length === 0) throw new ShapeError('the file', 'readings of clinic doctor', 'without any');
  return stats;
}

function readStat(message: Uint8Array): ProcessStat {
  const own = numbersIn(message);
  const memory = numbersIn(own.memory);
  const at = (numbers: ReadonlyMap<number, number>, field: number): number => numbers.get(field) ?? 0;
  return {
    timestampMs: at(own.numbers, 1),
    delayMs: at(own.numbers, 2),
    cpuCores: at(own.numbers, 3),
    rssBytes: at(memory.numbers, 1),
    heapTotalBytes: at(memory.numbers, 2),
    heapUsedBytes: at(memory.numbers, 3),
    externalBytes: at(memory.numbers, 4),
    arrayBuffersBytes: at(memory.numbers, 5),
    handles: at(own.numbers, 5),
    loopUtilization: at(own.numbers, 6) / 100,
  };
}

function numbersIn(message: Uint8Array): {
  readonly numbers: ReadonlyMap<number, number>;
  readonly memory: Uint8Array;
} {
  const numbers = new Map<number, number>();
  let memory = new Uint8Array();
  for (const field of protobufFields(message)) {
    const value = field.wire === 'varint' ? field.value : doubleOf(field);
    if (value !== null && Number.isFinite(value)) numbers.set(field.number, value);
    else if (field.wire === 'bytes' && field.number === 4) memory = Uint8Array.from(field.bytes);
  }
  return { numbers, memory };
}
