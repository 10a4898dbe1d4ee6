// Serves on the port of its first argument (0: any), so that a second start can take the place of a first.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('ok\n'));
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(`ready ${server.address().port}`));
