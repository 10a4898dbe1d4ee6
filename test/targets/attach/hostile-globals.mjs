// Replaces what a tool may count on: the clock (as a test of time does), what closes the inspector, or the global itself.
process.stdout.write('ready 0\n');
setInterval(() => {}, 1000);
const fail = () => {
  throw new Error('not in this program');
};
const HOSTILE = {
  hrtime: () => Object.assign(process, { hrtime: fail }),
  process: () => delete globalThis.process,
  'no _debugEnd': () => delete process._debugEnd,
  '_debugEnd that throws': () => Object.assign(process, { _debugEnd: fail }),
  '_debugEnd that does nothing': () => Object.assign(process, { _debugEnd: () => {} }),
};
HOSTILE[process.argv[2]]();
