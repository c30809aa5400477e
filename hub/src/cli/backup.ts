import { runBackup } from './run-backup.js';

process.exitCode = await runBackup({ argv: process.argv.slice(2), env: process.env, stdout: process.stdout, stderr: process.stderr });
