// On its own, so that the build can put all files of yargs and its parts into this one: every command waits for it.
export { default } from 'yargs';
