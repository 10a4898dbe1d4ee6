/** What a process says of itself; `startTicks` is 0 if there is no /proc. */
export interface SelfDescription {
  readonly pid: number;
  readonly version: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly name: string;
  readonly startTicks: number;
}

/** Runs inside the target, sent as text: it uses nothing from around it but `require`. */
export function describeSelf(): SelfDescription {
  const fs = require('node:fs') as typeof import('node:fs');
  const path = require('node:path') as typeof import('node:path');
  const read = (file: string): string | null => {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  };
  const script = process.argv[1];
  let name = path.basename(script ?? process.execPath);
  for (let folder = path.dirname(script ?? process.cwd()); ; folder = path.dirname(folder)) {
    const text = read(path.join(folder, 'package.json'));
    const named = text === null ? null : /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1];
    if (named) {
      name = named;
      break;
    }
    if (folder === path.dirname(folder)) break;
  }
  const stat = read('/proc/self/stat');
  const afterName = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return {
    pid: process.pid,
    version: process.version,
    argv: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    cwd: process.cwd(),
    name,
    startTicks: Number(afterName[19] ?? 0),
  };
}
