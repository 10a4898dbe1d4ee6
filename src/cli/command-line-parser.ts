// On its own, so that the build can put all 25 files of yargs and its parts into this one: loading them one by one takes
// twice as long, and every command waits for it.
export { default } from 'yargs';
