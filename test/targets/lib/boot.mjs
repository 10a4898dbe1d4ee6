// What every target does at its ends: reads its fault, says that it is ready, stops when asked. Runs on Node 18 to 26.
export const host = '127.0.0.1';
export const port = Number(option('--port', '3000'));

/** The fault that was chosen by `--fault NAME` or FAULT; ends the process when the service has no such fault. */
export function readFault(known) {
  const fault = option('--fault', process.env.FAULT ?? 'none');
  if (fault === 'none' || known.includes(fault)) return fault;
  console.error(`unknown fault: ${fault}\nknown faults: none, ${known.join(', ')}`);
  process.exit(2);
}

/** Prints the ready line of a listening server and ends the process on SIGTERM or SIGINT, after `cleanUp`. */
export function announce(server, cleanUp = () => {}) {
  const { address, port: chosen } = server.address();
  console.log(JSON.stringify({ listening: { host: address, port: chosen }, pid: process.pid }));
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT']) {
    // Not `once`: a package that listens as well (signal-exit) would think that nobody else does, and end us.
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      cleanUp();
      server.close(() => process.exit(0));
      server.closeIdleConnections?.();
    });
  }
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}
