// The verdict of Clinic Doctor's own analysis on a folder: node verdict.cjs CLINIC_FOLDER FOLDER
const { createReadStream } = require('node:fs');
const { createRequire } = require('node:module');
const { basename, join } = require('node:path');

const [clinic, folder] = process.argv.slice(2);
const load = createRequire(join(clinic, 'node_modules', '@clinic', 'doctor', 'index.js'));
const pumpify = load('pumpify');
const Analysis = load('./analysis/index.js');
const SystemInfoDecoder = load('./format/system-info-decoder.js');
const TraceEventDecoder = load('./format/trace-event-decoder.js');
const ProcessStatDecoder = load('./format/process-stat-decoder.js');

const part = (name) => createReadStream(join(folder, `${basename(folder)}-${name}`));
const systemInfo = () => pumpify.obj(part('systeminfo'), new SystemInfoDecoder());
const events = pumpify.obj(part('traceevent'), new TraceEventDecoder(systemInfo()));
const stats = pumpify.obj(part('processstat'), new ProcessStatDecoder());
new Analysis(systemInfo(), events, stats).on('data', (analysis) => process.stdout.write(JSON.stringify(analysis)));
