// Replaces what a tool may count on: the clock (as a test of time does), what closes the inspector, or a global itself.
process.stdout.write('ready 0\n');
setInterval(() => {}, 1000);
const fail = () => {
  throw new Error('not in this program');
};
const HOSTILE = {
  hrtime: () => Object.assign(process, { hrtime: fail }),
  process: () => delete globalThis.process,
  // As programs do that render pages of browsers, and as a loader of AMD modules does.
  'a process of its own': () => Object.assign(globalThis, { process: { env: {}, browser: true } }),
  'a require of its own': () => Object.assign(globalThis, { require: fail }),
  'no _debugEnd': () => delete process._debugEnd,
  '_debugEnd that throws': () => Object.assign(process, { _debugEnd: fail }),
  '_debugEnd that does nothing': () => Object.assign(process, { _debugEnd: () => {} }),
};
HOSTILE[process.argv[2]]();
