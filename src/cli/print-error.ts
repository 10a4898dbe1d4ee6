import { fileErrorOf } from '../files/storage-error.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode } from '../model/exit-codes.ts';

/** The one place where errors become text. Returns the exit code. */
export function printError(thrown: unknown, write: (text: string) => void, json: boolean): ExitCode {
  const error = fileErrorOf(thrown) ?? thrown;
  if (!(error instanceof ProfilerError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const hint = 'This is a defect of the tool itself, please report it.';
    write(
      json
        ? `${JSON.stringify({ error: { code: 'tool-failed', message: stack, hint } })}\n`
        : `profiler: this is a defect of the tool itself, please report it.\n${stack}\n`,
    );
    return EXIT.toolFailed;
  }
  if (json) {
    write(`${JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`);
    return error.exitCode;
  }
  const hint = error.hint === '' ? '' : `\n${error.hint.replace(/^/gm, '  ')}`;
  write(`profiler: ${error.message}${hint}\n`);
  return error.exitCode;
}
