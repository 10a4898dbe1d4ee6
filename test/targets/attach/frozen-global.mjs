// A service that lets nobody add to its global object.
import { createServer } from 'node:http';

Object.freeze(globalThis);
const server = createServer((_request, response) => response.end('ok\n'));
server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
