import { runDevices } from './run-import.js';

process.exitCode = await runDevices({ argv: process.argv.slice(2), env: process.env, stdout: process.stdout, stderr: process.stderr });
