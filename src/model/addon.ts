/** Native add-ons of other projects that may be loaded into a service. */
export const ADDON_NAMES = ['v8-profiler-next', 'heapdump'] as const;
export type AddonName = (typeof ADDON_NAMES)[number];

/** That an add-on takes a capture instead of the inspector. */
export interface AddonChoice {
  /** Where it is, if somebody said so. */
  readonly folder: string | null;
}

/** One binary of an add-on. What is not known is null. */
export interface NativeBuild {
  readonly file: string;
  /** `process.versions.modules` of the Node that it was built for. */
  readonly abi: string | null;
  readonly libc: 'glibc' | 'musl' | null;
}

/** An add-on that is installed where a service sees it. */
export interface BuiltAddon {
  readonly name: AddonName;
  /** Of its folder, as the service sees it. */
  readonly path: string;
  readonly version: string | null;
  readonly builds: readonly NativeBuild[];
}

/** What a binary must fit to. */
export interface TargetAbi {
  readonly nodeVersion: string;
  readonly modules: string;
  /** Null if it cannot be told. */
  readonly libc: NativeBuild['libc'];
}

export type AddonVerdict =
  | { readonly usable: true; readonly addon: BuiltAddon }
  | {
      readonly usable: false;
      /** It could be made to work. */
      readonly possible: boolean;
      readonly reason: string;
      readonly fix: string;
    };

/** `process.versions.modules` of the lines of Node that this tool attaches to. */
const ABI_OF_LINE: Readonly<Record<number, string>> = { 18: '108', 20: '115', 22: '127', 24: '137', 26: '147' };

/** Null for a line that is not known. */
export function abiOf(nodeVersion: string): string | null {
  return ABI_OF_LINE[majorOf(nodeVersion)] ?? null;
}

function majorOf(nodeVersion: string): number {
  return Number(/^v?(\d+)/.exec(nodeVersion)?.[1] ?? 0);
}

/** Its sources do not compile from this release line of Node on. */
const LAST_NODE: Readonly<Record<AddonName, number>> = { 'v8-profiler-next': 24, heapdump: Number.POSITIVE_INFINITY };
/** What takes its place everywhere. */
export const INSTEAD_OF_ADDON: Readonly<Record<AddonName, string>> = {
  'v8-profiler-next': 'Leave out --cpu-backend: the inspector works on every Node.',
  heapdump: 'Leave out --heap-backend: the inspector writes the same snapshot.',
};

/** Whether this add-on can be loaded there; an add-on of another ABI is not tried. `addon` null: none was found. */
export function judgeAddon(name: AddonName, addon: BuiltAddon | null, abi: TargetAbi): AddonVerdict {
  const fits = addon?.builds.some((build) => build.abi === abi.modules) ?? false;
  if (majorOf(abi.nodeVersion) > LAST_NODE[name] && !fits) {
    const reason = `${name} does not build on Node ${majorOf(abi.nodeVersion)}; the last line that it builds on is ${LAST_NODE[name]}`;
    return { usable: false, possible: false, reason, fix: '' };
  }
  const withNode = `With Node ${abi.nodeVersion}, in the folder of the service:`;
  if (addon === null) {
    const reason = `${name} is not installed where the service sees it`;
    return could(reason, `${withNode} npm install ${name}\nOr name its folder: --addon-path FOLDER.`);
  }
  // Nothing is known of one that is elsewhere: loading it fails cleanly.
  return addon.version === null ? { usable: true, addon } : judgeBuilds(addon, abi, withNode);
}

function judgeBuilds(addon: BuiltAddon, abi: TargetAbi, withNode: string): AddonVerdict {
  const { name, path, builds } = addon;
  if (builds.length === 0) {
    const reason = `${name} in ${path} has not been built (npm ran no install script, or there was no compiler)`;
    return could(reason, `${withNode} npm rebuild ${name}`);
  }
  const fitting = builds.filter((build) => build.abi === null || build.abi === abi.modules);
  if (fitting.length === 0) {
    const abis = [...new Set(builds.map((build) => build.abi))].join(', ');
    const reason = `${name} in ${path} was built for ABI ${abis}, and the service runs ${abi.nodeVersion} with ABI ${abi.modules}`;
    return could(reason, `${withNode} npm rebuild ${name}`);
  }
  if (abi.libc !== null && fitting.every(({ libc }) => libc !== null && libc !== abi.libc)) {
    const reason = `${name} in ${path} was built with ${fitting[0]?.libc}, and the service runs with ${abi.libc}`;
    return could(reason, 'Build it in the container of the service.');
  }
  return { usable: true, addon };
}

function could(reason: string, fix: string): AddonVerdict {
  return { usable: false, possible: true, reason, fix };
}
