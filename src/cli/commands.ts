import type { Command } from './command.ts';
import { configCommand } from './config-command.ts';
import { cpuCommand } from './cpu-command.ts';
import { demoCommand } from './demo-command.ts';
import { detachCommand } from './detach-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { flameCommand } from './flame-command.ts';
import { heapCommand } from './heap/heap-command.ts';
import { loadCommand } from './load-command.ts';
import { checkCommand, reportCommand } from './report-command.ts';
import { soakCommand } from './soak-command.ts';
import { topCommand } from './top-command.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  soakCommand,
  reportCommand,
  checkCommand,
  doctorCommand,
  detachCommand,
  heapCommand,
  topCommand,
  cpuCommand,
  flameCommand,
  loadCommand,
  demoCommand,
  configCommand,
];
