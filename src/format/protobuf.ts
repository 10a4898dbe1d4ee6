import { ShapeError } from './shape.ts';

/** One field of a protobuf message: its number, and its value as the wire has it. */
export type ProtobufField =
  | { readonly number: number; readonly wire: 'varint'; readonly value: number }
  | { readonly number: number; readonly wire: 'fixed64' | 'fixed32' | 'bytes'; readonly bytes: Uint8Array };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const LONGEST_VARINT = 10;

/**
 * The fields of a protobuf message, in order (https://protobuf.dev/programming-guides/encoding/). Nothing is
 * copied, and nothing is believed: a length that goes beyond the message is a ShapeError.
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  while (at < message.length) {
    const key = readVarint(message, at);
    at = key.end;
    const number = Math.floor(key.value / 8);
    const wire = key.value % 8;
    if (number < 1) throw new ShapeError(`byte ${at}`, 'a protobuf field', number);
    if (wire === VARINT) {
      const { value, end } = readVarint(message, at);
      at = end;
      yield { number, wire: 'varint', value };
      continue;
    }
    const { start, end } = extentOf(message, at, wire);
    at = end;
    const bytes = message.subarray(start, end);
    yield { number, wire: wire === LENGTH ? 'bytes' : wire === FIXED64 ? 'fixed64' : 'fixed32', bytes };
  }
}

function extentOf(message: Uint8Array, at: number, wire: number): { readonly start: number; readonly end: number } {
  const length = wire === LENGTH ? readVarint(message, at) : { value: wire === FIXED64 ? 8 : 4, end: at };
  if (wire !== LENGTH && wire !== FIXED64 && wire !== FIXED32)
    throw new ShapeError(`byte ${at}`, 'a protobuf field', `type ${wire}`);
  const end = length.end + length.value;
  if (end > message.length) throw new ShapeError(`byte ${at}`, 'a field that ends within its message', length.value);
  return { start: length.end, end };
}

/** Numbers of a repeated field, packed into one or each on its own. */
export function addNumbers(field: ProtobufField, numbers: number[]): void {
  if (field.wire === 'varint') numbers.push(field.value);
  else if (field.wire === 'bytes') {
    for (let at = 0; at < field.bytes.length; ) {
      const { value, end } = readVarint(field.bytes, at);
      numbers.push(value);
      at = end;
    }
  }
}

/** The number of a field of type double; null if it is of another. */
export function doubleOf(field: ProtobufField): number | null {
  if (field.wire !== 'fixed64') return null;
  return new DataView(field.bytes.buffer, field.bytes.byteOffset, 8).getFloat64(0, true);
}

/** As a signed number of 64 bits; what is larger than 2^53 is rounded, as no id or value of a profile is. */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < Math.min(bytes.length, start + LONGEST_VARINT); at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value: value >= 2 ** 63 ? value - 2 ** 64 : value, end: at + 1 };
  }
  throw new ShapeError(`byte ${start}`, 'a number of protobuf', 'one without an end');
}

/** Grows a protobuf message of numbers and messages. */
export class ProtobufWriter {
  readonly #bytes: number[] = [];

  double(field: number, value: number): this {
    this.#varint(field * 8 + FIXED64);
    this.#bytes.push(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  integer(field: number, value: number): this {
    this.#varint(field * 8 + VARINT);
    this.#varint(Math.max(0, Math.round(value)));
    return this;
  }

  message(field: number, message: ProtobufWriter): this {
    this.#varint(field * 8 + LENGTH);
    this.#varint(message.#bytes.length);
    this.#bytes.push(...message.#bytes);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) + 128);
    this.#bytes.push(rest);
  }
}
