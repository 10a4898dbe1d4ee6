// A program for tests: opens the inspector of the pid of its first argument and stops where the watchdog would come next. To be killed.
import { findTarget } from '../../src/target/find-target.ts';
import { openInspector } from '../../src/target/open-inspector.ts';

const { inspector } = await openInspector(findTarget({ pid: Number(process.argv[2]) }));
process.stdout.write(`attached ${inspector.port}\n`);
setInterval(() => {}, 1000);
