interface GatlingRequest {
  readonly groups: readonly string[];
  readonly name: string;
  /** Milliseconds since the start of the run. */
  readonly start: number;
  readonly end: number;
  readonly ok: boolean;
  readonly message: string;
}

/** A simulation.log as Gatling 3.13 writes it: with a user record before each request and an assertion in the head. */
export function gatlingLog(startWallMs: number, requests: readonly GatlingRequest[]): Uint8Array {
  const parts: Buffer[] = [];
  const cache = new Map<string, number>();
  const uint8 = (value: number): void => void parts.push(Buffer.from([value]));
  const int32 = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    parts.push(bytes);
  };
  const int64 = (value: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    parts.push(bytes);
  };
  const text = (value: string): void => {
    const isLatin1 = [...value].every((char) => (char.codePointAt(0) ?? 0) < 256);
    const bytes = Buffer.from(value, isLatin1 ? 'latin1' : 'utf16le');
    int32(bytes.length);
    if (bytes.length === 0) return;
    parts.push(bytes);
    uint8(isLatin1 ? 0 : 1);
  };
  const cached = (value: string): void => {
    const index = cache.get(value);
    if (index !== undefined) {
      int32(-index);
      return;
    }
    cache.set(value, cache.size + 1);
    int32(cache.size);
    text(value);
  };
  uint8(0);
  text('3.13.1');
  text('example.Orders');
  int64(startWallMs);
  text('');
  int32(1);
  text('users');
  int32(1);
  int32(3);
  parts.push(Buffer.from([1, 2, 3]));
  for (const { groups, name, start, end, ok, message } of requests) {
    uint8(2);
    int32(0);
    uint8(1);
    int32(start);
    uint8(1);
    int32(groups.length);
    for (const group of groups) cached(group);
    cached(name);
    int32(start);
    int32(end);
    uint8(ok ? 1 : 0);
    cached(message);
  }
  return Buffer.concat(parts);
}
