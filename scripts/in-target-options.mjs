/** How the modules that run inside a target become scripts. They may use what the oldest Node that is attached to has. */
export const IN_TARGET = {
  entryPoints: [
    { in: 'src/capture/in-target/runtime/install-probe.ts', out: 'runtime-probe.bundle' },
    { in: 'src/capture/in-target/query/install-query-probe.ts', out: 'query-probe.bundle' },
    { in: 'src/capture/in-target/process-stats/install-process-stats.ts', out: 'process-stats.bundle' },
  ],
  outdir: 'dist/src/capture/in-target',
  bundle: true,
  format: 'iife',
  globalName: 'probe',
  platform: 'neutral',
  target: 'node18',
  charset: 'ascii',
  logLevel: 'warning',
};
