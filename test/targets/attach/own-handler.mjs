// Uses SIGUSR1 itself, so the signal does not open the inspector.
process.on('SIGUSR1', () => process.stdout.write('own handler\n'));
setInterval(() => {}, 1000);
process.stdout.write('ready 0\n');
