/**
 * Prints the counts of a run as its closing line: `node .ci/summary.mjs VITEST-JSON EXIT-CODE`.
 * Exits with 0 only when EXIT-CODE is 0, at least one test passed, and none failed or was skipped.
 */
import { readFileSync } from 'node:fs';

const [file, exitCode] = process.argv.slice(2);
const { passed, failures, skipped } = countsOf(readResults(file));
for (const name of skipped) console.log(`skipped, which counts as a failure here: ${name}`);
let failed = failures + skipped.length;
// A crash, an unhandled error or a failed step shows in the exit code alone.
if (failed === 0 && (exitCode !== '0' || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** No file means that the run ended before its tests did. */
function readResults(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.log(`no test results: ${error.message}`);
    return { testResults: [] };
  }
}

function countsOf({ testResults }) {
  const tests = testResults.flatMap((suite) => suite.assertionResults);
  // A file that fails to load has no failed test of its own.
  const brokenFiles = testResults.filter((suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'));
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failures: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.fullName),
  };
}
