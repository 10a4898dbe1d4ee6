// Replaces what a tool may count on: the clock (as a test of time does) or, with `process`, the global itself.
process.stdout.write('ready 0\n');
setInterval(() => {}, 1000);
if (process.argv[2] === 'process') delete globalThis.process;
else {
  process.hrtime = () => {
    throw new Error('no clock');
  };
}
