// Hangs in a synchronous call that runs no JavaScript.
import { spawnSync } from 'node:child_process';

process.stdout.write('ready 0\n');
setTimeout(() => spawnSync('sleep', ['30']), 20);
setInterval(() => {}, 1000);
