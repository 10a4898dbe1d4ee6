// Media conversion on plain node:http: threads, child processes, native handles.   node main.mjs [--port N] [--fault NAME]
import { createServer } from 'node:http';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Compressor } from './lib/compressor.mjs';
import { Converter } from './lib/converter.mjs';
import { PresetFiles } from './lib/preset-files.mjs';
import { Progress } from './lib/progress.mjs';
import { render, tile } from './lib/render.mjs';
import { Shapes } from './lib/shapes.mjs';
import { Thumbnails } from './lib/thumbnails.mjs';

const fault = readFault(['zlib-handles', 'workers', 'child-processes', 'fs-watchers', 'intervals']);

const compressor = new Compressor({ ends: fault !== 'zlib-handles' });
const thumbnails = new Thumbnails({ pools: fault !== 'workers' });
const converter = new Converter({ ends: fault !== 'child-processes' });
const presets = new PresetFiles({ closes: fault !== 'fs-watchers' });
const progress = new Progress({ stops: fault !== 'intervals' });
const shapes = new Shapes();

const ROUTES = {
  '/health': async () => ({ status: 'ok' }),
  '/compress': async (query) => compressor.append(query.get('track')),
  '/thumbnails': async (query) => thumbnails.make(Number(query.get('image'))),
  '/convert': async (query) => converter.convert(query.get('clip')),
  '/presets': async (query) => presets.read(query.get('preset')),
  '/progress': async (query) => progress.follow(query.get('job')),
  '/render': async (query) => render(Number(query.get('frame'))),
  '/tiles': async (query) => tile(Number(query.get('tile'))),
  '/shapes': async (query) => shapes.measure(Number(query.get('shape'))),
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://media');
  const route = ROUTES[url.pathname];
  if (route === undefined) return sendJson(response, 404, { error: 'not_found' });
  route(url.searchParams).then(
    (body) => sendJson(response, 200, body),
    (error) => sendJson(response, 500, { error: error.message }),
  );
});

function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

server.listen(port, host, () => announce(server, () => converter.close()));
