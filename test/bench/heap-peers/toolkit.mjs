// Chrome DevTools' own engine, as heap-snapshot-toolkit bundles it: constructors by retained size.
import { createReadStream } from 'node:fs';
import { parse } from 'heap-snapshot-toolkit';

console.time = () => {};
console.timeEnd = () => {};
const snapshot = await parse(createReadStream(process.argv[2]));
const classes = Object.values(await snapshot.aggregatesWithFilter({})).sort((a, b) => b.maxRet - a.maxRet);
for (const { name, count, self, maxRet } of classes.slice(0, 12)) console.log(name, count, self, maxRet);
