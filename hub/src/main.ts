import { createApp } from './app.js';
import { readConfig } from './config.js';
import { StartError } from './problem.js';
import { reportStart } from './start-report.js';

/** A stop that takes longer is ended (ms). */
const STOP_LIMIT_MS = 10_000;

async function main(): Promise<void> {
  const startedAt = Date.now();
  const app = await createApp(readConfig(process.env, process.argv.slice(2)), (reason) => {
    app.logger.fatal({ reason }, 'this hub must not go on; ending now');
    process.exit(1);
  });
  let isStopping = false;

  const stop = (reason: string, exitCode: number): void => {
    if (isStopping) return;
    isStopping = true;
    const giveUp = setTimeout(() => {
      app.logger.error('the stop took too long; ending now');
      process.exit(1);
    }, STOP_LIMIT_MS);
    giveUp.unref();
    app.logger.info({ reason }, 'stopping');
    app.stop().then(() => process.exit(exitCode), (error: unknown) => {
      app.logger.error({ err: error }, 'the stop failed');
      process.exit(1);
    });
  };

  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('uncaughtException', (error) => {
    app.logger.fatal({ err: error }, 'unexpected error');
    stop('unexpected error', 1);
  });

  try {
    const { generatedPassword } = await app.start();
    reportStart({ ...app.addresses(), generatedPassword, tookMs: Date.now() - startedAt });
  } catch (error) {
    await app.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  if (error instanceof StartError) console.error(`\n${error.message}\n`);
  else console.error('Liandong could not start.', error);
  process.exit(1);
});
