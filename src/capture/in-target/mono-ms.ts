/** The monotonic clock of the host. `performance` may be patched by the program (fake timers); this hardly is. */
export function monoMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
