// Bundles what runs inside the target into one script for each probe: capture/ reads it and sends it as text.
import { build } from 'esbuild';
import { IN_TARGET } from './in-target-options.mjs';

await build(IN_TARGET);
