import process from 'node:process';

/** To be imported first: texts of a test name the program alike, however the test is started. */
process.env.SOAK_PROFILER_COMMAND = 'profiler';
