// Uses SIGUSR1 itself, so the signal does not open the inspector: it ends the program.
for (const signal of ['SIGTERM', 'SIGUSR2', 'SIGUSR1', 'SIGHUP']) process.on(signal, () => process.exit(0));
setInterval(() => {}, 1000);
process.stdout.write('ready 0\n');
