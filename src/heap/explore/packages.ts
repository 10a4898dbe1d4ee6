import type { PackageRow } from '../../model/heap-answers.ts';
import type { AnalysedGraph } from '../analyse-graph.ts';
import type { SourceLocations } from '../words/source-locations.ts';

/** Names for objects that are in no package. */
const OWN_CODE = '(own code)';
const NODE_ITSELF = '(Node.js)';
const NO_PACKAGE = '(engine, globals)';

const MOST_CLASSES = 5;

export interface PackageTable {
  readonly names: readonly string[];
  /** By number of the dominator tree. */
  readonly packageOf: Uint16Array;
}

/** `lru-cache` of `/app/node_modules/lru-cache/dist/index.js`; of nested packages the innermost. */
export function packageOfScript(url: string): string {
  if (url.startsWith('node:')) return NODE_ITSELF;
  const inside = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(url);
  if (inside) return inside[1]!.replaceAll('\\', '/');
  // What has no path was made by `eval` or the inspector.
  return /^(?:file:|\/|[A-Za-z]:[\\/])/.test(url) ? OWN_CODE : NO_PACKAGE;
}

/**
 * To which package each object belongs: to the one that has its class or function, and else to that of its dominator, so
 * a Map that a package alone keeps is the package's, with all that is in it.
 */
export function assignPackages({ graph, sizes }: AnalysedGraph, locations: SourceLocations): PackageTable {
  const { nodeAt, numberAt, subtreeEnd } = sizes;
  const names = [NO_PACKAGE];
  const numbers = new Map([[NO_PACKAGE, 0]]);
  /** By ordinal: package + 1, 0 if the object says nothing itself. */
  const own = new Uint16Array(graph.nodeCount);
  locations.eachScript((node, url) => {
    const name = packageOfScript(url);
    let number = numbers.get(name);
    if (number === undefined) {
      number = Math.min(names.length, 0xfffe);
      if (number === names.length) names.push(name);
      numbers.set(name, number);
    }
    own[node] = number + 1;
  });
  const packageOf = new Uint16Array(graph.nodeCount);
  const open: { end: number; name: number }[] = [{ end: numberAt.length, name: 0 }];
  for (let place = 0; place < numberAt.length; place++) {
    while (open.length > 1 && open.at(-1)!.end <= place) open.pop();
    const number = numberAt[place]!;
    const said = own[nodeAt[number]!]!;
    const name = said === 0 ? open.at(-1)!.name : said - 1;
    packageOf[number] = name;
    if (said !== 0 && subtreeEnd[place]! > place + 1) open.push({ end: subtreeEnd[place]!, name });
  }
  return { names, packageOf };
}

/** Biggest shallow size first. */
export function sumPackages({ numbered, sizes }: AnalysedGraph, { names, packageOf }: PackageTable): PackageRow[] {
  const { shallow, classOf, classNames } = numbered;
  const { numberAt, subtreeEnd, retained } = sizes;
  const objects = new Uint32Array(names.length);
  const bytes = new Float64Array(names.length);
  const retainedBytes = new Float64Array(names.length);
  const openUntil = new Uint32Array(names.length);
  const classes = names.map(() => new Map<number, { count: number; shallowBytes: number }>());
  for (let place = 0; place < numberAt.length; place++) {
    const number = numberAt[place]!;
    const size = shallow[number]!;
    if (size === 0) continue;
    const own = packageOf[number]!;
    objects[own] = objects[own]! + 1;
    bytes[own] = bytes[own]! + size;
    if (place >= openUntil[own]!) {
      openUntil[own] = subtreeEnd[place]!;
      retainedBytes[own] = retainedBytes[own]! + retained[number]!;
    }
    const ofClass = classes[own]!.get(classOf[number]!);
    if (ofClass) {
      ofClass.count++;
      ofClass.shallowBytes += size;
    } else classes[own]!.set(classOf[number]!, { count: 1, shallowBytes: size });
  }
  return names
    .map((name, own) => ({
      package: name,
      objects: objects[own]!,
      shallowBytes: bytes[own]!,
      retainedBytes: retainedBytes[own]!,
      classes: [...classes[own]!]
        .sort(([, a], [, b]) => b.shallowBytes - a.shallowBytes)
        .slice(0, MOST_CLASSES)
        .map(([number, sums]) => ({ class: classNames[number]!, ...sums })),
    }))
    .filter((row) => row.objects > 0)
    .sort((a, b) => b.shallowBytes - a.shallowBytes);
}
