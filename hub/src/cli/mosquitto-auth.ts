import { runMosquittoAuth } from './run-mosquitto-auth.js';

process.exitCode = await runMosquittoAuth({ env: process.env, stdout: process.stdout, stderr: process.stderr });
