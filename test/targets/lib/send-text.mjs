import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const pack = promisify(gzip);
const WORTH_PACKING = 1_000;

/** Answers with JSON text, compressed where the client takes it. */
export async function sendJsonText(request, response, text) {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('vary', 'accept-encoding');
  if (text.length < WORTH_PACKING || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    response.end(text);
    return;
  }
  const packed = await pack(text);
  response.setHeader('content-encoding', 'gzip');
  response.end(packed);
}
