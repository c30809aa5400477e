import { describe, it } from 'vitest';

/** Set by `.ci/run`: there every server is installed, so a suite that would be skipped fails instead. */
const mustRun = process.env['LIANDONG_REQUIRE_SERVERS'] === '1';

/**
 * A suite that needs something installed beside Node. `found` is what was found of it (a path, say) and is handed to the suite;
 * when it is undefined or false the suite is skipped with one printed line, or fails under LIANDONG_REQUIRE_SERVERS=1.
 * @param hint the one line that brings what is missing, such as `apt-get install mosquitto`
 */
export function describeWithServer<T>(name: string, found: T | undefined | false, hint: string, suite: (server: T) => void): void {
  if (found !== undefined && found !== false) {
    describe(name, () => { suite(found); });
    return;
  }
  if (mustRun) {
    it(name, () => { throw new Error(`Not found, and LIANDONG_REQUIRE_SERVERS=1 allows no skip. To bring it: ${hint}`); });
    return;
  }
  // Not through console: the runner would frame the one line.
  process.stderr.write(`skipped: ${name}. To run it: ${hint}\n`);
  describe.skip(name, () => { it(`runs after: ${hint}`, () => undefined); });
}
