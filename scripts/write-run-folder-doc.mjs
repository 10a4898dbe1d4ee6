// Writes docs/run-folder.md: the tables of the metric catalogue between fixed words. `npm test` holds the file to it.
import { writeFileSync } from 'node:fs';
import { runFolderDoc } from '../dist/test/helpers/run-folder-doc.js';

writeFileSync('docs/run-folder.md', runFolderDoc());
