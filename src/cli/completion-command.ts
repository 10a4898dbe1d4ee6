import { basename } from 'node:path';
import process from 'node:process';
import type { Command } from './command.ts';
import { COMPLETION_OPTION } from './complete-words.ts';
import { writeResult } from './output.ts';

/**
 * The program that stands on the line is asked: a shell finds it where the user finds it. Both shells get the plain words
 * (yargs would describe them for zsh, and escape what must not be).
 */
const BASH = `# bash completion of soak-profiler. To have it in every shell:  profiler completion bash >> ~/.bashrc
_soak_profiler() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(SHELL=bash ZSH_NAME= "\${COMP_WORDS[0]}" ${COMPLETION_OPTION} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _soak_profiler profiler soak-profiler
`;

const ZSH = `#compdef profiler soak-profiler
# zsh completion of soak-profiler. To have it in every shell:  profiler completion zsh >> ~/.zshrc
_soak_profiler() {
  local -a found
  found=("\${(@f)$(SHELL=bash ZSH_NAME= "\${words[1]}" ${COMPLETION_OPTION} "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  compadd -- "\${(@)found:#}" || _files
}
compdef _soak_profiler profiler soak-profiler
`;

const SCRIPTS = { bash: BASH, zsh: ZSH } as const;

export const completionCommand: Command = () => ({
  command: 'completion [shell]',
  describe: 'print a completion script for bash or zsh',
  builder: (yargs) =>
    yargs
      .positional('shell', {
        choices: ['bash', 'zsh'] as const,
        describe: 'the shell (default: the one in SHELL, else bash)',
      })
      .example('$0 completion bash >> ~/.bashrc', 'commands, options, scenarios, run folders, ids of findings')
      .example('$0 completion zsh >> ~/.zshrc', 'the same, after compinit'),
  handler: ({ shell }) => {
    const name = shell ?? basename(process.env.SHELL ?? '');
    writeResult(SCRIPTS[name === 'zsh' ? 'zsh' : 'bash']);
  },
});
