// A program that computes from its first line on and never comes to its event loop.
import { writeSync } from 'node:fs';

writeSync(1, 'ready 0\n');
for (;;) JSON.stringify({ at: Date.now() });
