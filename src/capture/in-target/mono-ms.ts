/** As it was when the probe was installed: fake timers replace it. */
const { hrtime } = process;

/** The monotonic clock of the host. `performance` may be patched by the program; this hardly is. Without the iterator of arrays, which a program may take away. */
export function monoMs(): number {
  const time = hrtime();
  return time[0] * 1e3 + time[1] / 1e6;
}
