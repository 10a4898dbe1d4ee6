/**
 * Runs inside the target, sent as text. Each CPU profiler of V8 that runs has a thread of that name. `console.profile`
 * starts one in every session of the inspector that has the profiler enabled: ours has not yet, so that one more thread
 * is that of somebody else, and without such a session nothing happens at all. Where one runs already, nothing is tried.
 */
export function lookForProfilers(title: string): { readonly running: number; readonly waiting: number } {
  const { readdirSync, readFileSync } = require('node:fs') as typeof import('node:fs');
  const { profile, profileEnd } = require('node:console') as typeof import('node:console');
  const count = (): number => {
    let threads = 0;
    for (const thread of readdirSync('/proc/self/task')) {
      try {
        if (readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('v8:ProfEvntProc')) threads += 1;
      } catch {
        // It has ended meanwhile.
      }
    }
    return threads;
  };
  const running = count();
  // Its session is Node's own, no object of the program, and writes each profile of ours into the log of the service.
  const isOfNode = /(?:^|\s)--cpu[-_]prof(?![^\s])/.test(
    `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`,
  );
  if (running > 0) return { running, waiting: isOfNode ? 1 : 0 };
  profile(title);
  const waiting = count();
  profileEnd(title);
  return { running, waiting };
}

/** Runs inside the target, sent as text, of all that inherits from `inspector.Session`: how many are such sessions. */
export function countSessions(this: object[]): number {
  let sessions = 0;
  for (let i = 0; i < this.length; i += 1) {
    // A prototype is among them where a class extends it.
    if (Object.hasOwn(this[i] as object, '_events')) sessions += 1;
  }
  return sessions;
}
