/** The machine of the generator ran out of something: the run says nothing about the target. */
const GENERATOR_LIMITS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** The class under which a request that got no answer is counted: `ECONNREFUSED`, `ECONNRESET`, `timeout`, `generator EMFILE`. */
export function errorKindOf(error: Error): string {
  const code = codeOf(error);
  if (GENERATOR_LIMITS.has(code)) return `generator ${code}`;
  if (code === 'UND_ERR_SOCKET') return socketErrorKind(error);
  if (code.endsWith('TIMEOUT') || code === 'ETIMEDOUT') return 'timeout';
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'invalid answer';
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') return 'invalid request';
  return code || error.name;
}

export function isGeneratorLimit(kind: string): boolean {
  return kind.startsWith('generator ');
}

/** undici's `SocketError`: the other side closed, which callers of sockets know as a reset. */
function socketErrorKind(error: Error): string {
  const cause = error.cause instanceof Error ? codeOf(error.cause) : '';
  return cause && cause !== 'UND_ERR_SOCKET' ? cause : 'ECONNRESET';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
