// Makes what is published: the package, and beside it its bill of materials (CycloneDX) without the development packages.
// The same sources give the same bytes, in any folder and at any time: `npm pack` sets the times of all files itself, and
// the serial number and the time that `npm sbom` makes up are replaced by the package's own checksum.
// The argument is the folder for both files (default: this one).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';

function npm(...args) {
  const run = spawnSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(`npm ${args[0]} failed:\n${run.stderr}`);
  return run.stdout;
}

/** A name-based UUID (RFC 9562, version 8: own hash) of the first 16 bytes of the checksum. */
function uuidOf(sha512) {
  const hex = Buffer.from(sha512, 'base64').subarray(0, 16).toString('hex');
  const variant = ((Number.parseInt(hex[16], 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What runs with the package. `npm sbom --omit dev` also leaves out what a development package may use as well (yaml). */
function withoutDevelopment(bom, runtimeNames) {
  const [root] = bom.dependencies;
  const byRef = new Map(bom.dependencies.map((entry) => [entry.ref, entry]));
  const isRuntime = (ref) => runtimeNames.has(ref.slice(0, ref.lastIndexOf('@')));
  const kept = new Set();
  const visit = (ref) => {
    if (kept.has(ref)) return;
    kept.add(ref);
    byRef.get(ref).dependsOn.forEach(visit);
  };
  const direct = root.dependsOn.filter(isRuntime);
  direct.forEach(visit);
  return {
    ...bom,
    components: bom.components.filter((component) => kept.has(component['bom-ref'])),
    dependencies: [{ ...root, dependsOn: direct }, ...bom.dependencies.filter(({ ref }) => kept.has(ref))],
  };
}

const { name, version, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
mkdirSync(folder, { recursive: true });
// Files whose source is gone would be packed with the rest.
rmSync('dist', { recursive: true, force: true });
npm('run', 'build');
const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder));
const everything = JSON.parse(npm('sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'));
const bom = withoutDevelopment(everything, new Set(Object.keys(dependencies)));
bom.serialNumber = `urn:uuid:${uuidOf(packed.integrity.replace('sha512-', ''))}`;
delete bom.metadata.timestamp;
// npm names it after the folder.
bom.metadata.component.name = name;
const bomFile = join(folder, `${name}-${version}.cdx.json`);
writeFileSync(bomFile, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`${join(folder, packed.filename)}  ${packed.integrity}\n${bomFile}`);
