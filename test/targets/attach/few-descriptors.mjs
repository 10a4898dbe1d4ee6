// Opens files until as few descriptors are left as its argument says.
import { closeSync, openSync } from 'node:fs';

const open = [];
try {
  for (;;) open.push(openSync('/dev/null'));
} catch {
  for (let left = 0; left < Number(process.argv[2]); left += 1) closeSync(open.pop());
}
setInterval(() => {}, 1000);
process.stdout.write('ready 0\n');
