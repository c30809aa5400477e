import { runRestore } from './run-restore.js';

process.exitCode = await runRestore({ argv: process.argv.slice(2), env: process.env, stdout: process.stdout, stderr: process.stderr });
