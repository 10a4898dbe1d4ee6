// Hangs in a loop of its own code.
process.stdout.write('ready 0\n');
setTimeout(() => {
  for (;;) Math.sqrt(Math.random());
}, 20);
