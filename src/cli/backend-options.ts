import type { Options } from 'yargs';
import type { AddonChoice, AddonName } from '../model/addon.ts';
import { choiceOption, textOption } from './option-types.ts';

/** `--cpu-backend`, `--heap-backend`: the inspector, or an add-on that the user has installed. */
export function backendOption(name: 'cpu-backend' | 'heap-backend', what: string, addon: AddonName): Options {
  const describe = `${what}; ${addon} must be installed, built for the Node of the service`;
  return { ...choiceOption(name, ['inspector', addon], describe), default: 'inspector' };
}

export const ADDON_PATH_OPTION: Options = textOption(
  'addon-path',
  'folder of the add-on, or one that has it in node_modules (default: that of the service, then ours)',
);

/** Null if the inspector does it. */
export function addonArgument(args: Readonly<Record<string, unknown>>, option: string): AddonChoice | null {
  if (args[option] === 'inspector' || args[option] === undefined) return null;
  const folder = args['addon-path'];
  return { folder: typeof folder === 'string' ? folder : null };
}
