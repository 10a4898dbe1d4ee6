/** The words that follow the name of this program on a command line (src/cli/commands.ts). */
const COMMANDS =
  'soak|report|check|verify|doctor|detach|resume|heap|top|cpu|flame|load|baseline|export|import|demo|config|completion|ui|k8s|mcp';
const CALL = new RegExp(`(?<![\\w/.@-])profiler (?=(?:${COMMANDS}|--help|<command>)(?![\\w-]))`, 'g');

/**
 * A text that writes our commands as `profiler …`, with the words that start this program where it is read:
 * `npx soak-profiler …` where it is a development dependency.
 */
export function typedAs(text: string, program: string): string {
  return program === 'profiler' ? text : text.replace(CALL, () => `${program} `);
}
