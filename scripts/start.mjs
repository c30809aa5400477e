/**
 * `npm start`: builds what is stale, then runs the hub with the simulated fleet (`DEMO=1` unless it is set).
 * `--no-demo` (`npm run hub`) leaves `DEMO` alone; other arguments, such as `--role hub`, are the hub's. Exits with the hub's own code.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * What V8 is told, by role.
 * Hub: in a storm of alerts its memory grows by some hundred MB. Where V8 looks through all of it each time it has grown by half, its helpers take the cores from the hub for seconds; up to this size it need not.
 * Edge: it runs on a box of 512 MB. A young generation of 2 MB in place of 16 saves it 30 MB of memory, and at its load costs no time worth naming; a backlog must not tempt it to take all there is.
 */
const V8_FLAGS = JSON.parse(readFileSync(path.join(root, 'scripts/v8-flags.json'), 'utf8'));
const flagsFor = (args) => {
  const words = args.join('=');
  return V8_FLAGS[words.includes('--role=edge') ? 'edge' : words.includes('--role=city') ? 'city' : 'hub'];
};

/** The sentence that says why the hub can't be started from here, or undefined. */
function obstacle() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return `需要 Node.js 20.19 或更新版本，当前为 ${process.versions.node}。Liandong needs Node.js 20.19 or newer; this is ${process.versions.node}.`;
  }
  if (!existsSync(path.join(root, 'node_modules/typescript'))) return '请先运行 npm ci。The dependencies are not installed: run `npm ci` first.';
  return undefined;
}

function runHub(env, args) {
  const hub = spawn(process.execPath, [...flagsFor(args), path.join(root, 'hub/dist/main.js'), ...args], { stdio: 'inherit', env });
  const passOn = (signal) => {
    // Ctrl-C in a terminal reaches the hub by itself: a second one from here would look like an impatient user.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    hub.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  onLostNpm(() => hub.kill('SIGTERM'));
  hub.once('error', (error) => {
    console.error(`The hub could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  hub.once('exit', (code, signal) => {
    if (signal) console.error(killedBy(signal));
    process.exit(code ?? 128 + os.constants.signals[signal]);
  });
}

/** The hub ends by itself on the signals that ask it to; one that ends it says why nothing else was printed. */
function killedBy(signal) {
  const isMemory = signal === 'SIGKILL';
  return `联动被信号 ${signal} 终止${isMemory ? '（可能是内存不足）' : ''}。The hub was killed by ${signal}${isMemory ? ' (perhaps the machine ran out of memory)' : ''}; what it had accepted is in its data folder, start it again.`;
}

/** npm passes a SIGTERM on to the shell between it and us, and that may die of it without a word: the lost parent is then the signal. */
function onLostNpm(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 200);
}

const reason = obstacle();
if (reason) {
  console.error(reason);
  process.exit(1);
}
// Imported late: an old Node must get the sentence above, not a syntax error.
const { build } = await import('./build.mjs');
if (!(await build())) process.exit(1);
const args = process.argv.slice(2);
runHub(args.includes('--no-demo') ? process.env : { ...process.env, DEMO: process.env.DEMO ?? '1' }, args.filter((arg) => arg !== '--no-demo'));
