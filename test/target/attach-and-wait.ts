// A program for tests: attaches to the pid of its first argument and stays. To be killed.
import { attach } from '../../src/target/attach.ts';
import { findTarget } from '../../src/target/find-target.ts';

const [pid, tickMs] = process.argv.slice(2).map(Number);
const attachment = await attach(findTarget({ pid: pid ?? 0 }), tickMs === undefined ? {} : { watchdogTickMs: tickMs });
process.stdout.write(`attached ${attachment.inspector.port}\n`);
setInterval(() => {}, 1000);
