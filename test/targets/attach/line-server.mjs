// A service with a server of its own beside, on loopback, whose protocol is a JSON text a line: it dies of anything else.
import { createServer } from 'node:net';

const server = createServer((socket) => {
  socket.on('data', (data) => socket.write(`${JSON.stringify(JSON.parse(data.toString()))}\n`));
  socket.on('error', () => {});
});
// Its first descriptors become free: what is opened later takes them.
if (process.connected) process.disconnect();
server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
