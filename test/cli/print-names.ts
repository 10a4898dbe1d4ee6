// Writes each text of a JSON list (the argument) in every way in which the tool writes, for the test beside it.
import { writeJson, writeRendered, writeResult, writeWords } from '../../src/cli/output.ts';
import { printError } from '../../src/cli/print-error.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { sanitise, span } from '../../src/report/terminal-text.ts';

const names: readonly string[] = JSON.parse(process.argv[2] ?? '[]');
const terminal = openTerminal({ quiet: false, noColor: true, json: false });
for (const name of names) {
  writeResult(`${name}\n`);
  writeWords('stderr', `${name}\n`);
  writeRendered(sanitise([[span(name, 'bold')]], false));
  writeJson({ name });
  terminal.print(name);
  terminal.say(name);
  terminal.data([name]);
  printError(new ProfilerError('x', 2, name, name), false);
  printError(new ProfilerError('x', 2, name, name), true);
  printError(new Error(name), false);
  printError(name, true);
}
