// Bundles what a service loads (the agent) and the thread that it starts: CommonJS without dependencies, so that `--import`,
// `--require`, `import` and `require` all take it, on the oldest Node that is attached to as well.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/agent/agent.ts', 'src/agent/relay-thread.ts'],
  outdir: 'dist/src/agent',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node18',
  charset: 'ascii',
  logLevel: 'warning',
});
