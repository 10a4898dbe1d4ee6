import { ownCommand } from '../files/own-command.ts';
import { fileErrorOf } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';
import { typedAs } from '../model/typed-as.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { writeJson, writeWords } from './output.ts';

/** The one place where errors become text: to stdout where JSON is wanted, else to stderr. Returns the exit code. */
export function printError(thrown: unknown, json: boolean): ExitCode {
  const error = fileErrorOf(thrown) ?? thrown;
  if (!(error instanceof ProfilerError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const hint = 'This is a defect of the tool itself, please report it.';
    if (json) writeJson({ error: { code: 'tool-failed', message: stack, hint } }, redactMessage);
    else writeWords('stderr', `profiler: this is a defect of the tool itself, please report it.\n${stack}\n`);
    return EXIT.toolFailed;
  }
  const { code, exitCode } = error;
  const program = ownCommand();
  const [message, hint] = [typedAs(error.message, program), typedAs(error.hint, program)];
  if (json) {
    writeJson({ error: { code, message, hint } }, redactMessage);
    return exitCode;
  }
  writeWords('stderr', `profiler: ${message}${hint === '' ? '' : `\n${hint.replace(/^/gm, '  ')}`}\n`);
  return exitCode;
}
