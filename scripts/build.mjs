/**
 * Builds the workspaces whose sources changed since their last build: `node scripts/build.mjs`.
 * A run with nothing to do only hashes the sources and prints nothing.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = path.join(root, '.cache/build-stamp.json');
const shared = ['tsconfig.base.json', 'package-lock.json', 'protocols'];
const sources = ['src', 'public', 'package.json', 'tsconfig.json', 'vite.config.ts', 'index.html'];

/** `output` is the file without which a workspace counts as not built. */
const protocols = { name: 'protocols', output: 'dist/index.js', run: tsc };
const node = [
  { name: 'hub', output: 'dist/main.js', run: tsc },
  { name: 'edge-sim', output: 'dist/main.js', run: tsc },
  { name: 'bench', output: 'dist/.tsbuildinfo', run: tsc },
];
const page = [{ name: 'console', output: 'dist/index.html', run: vite }];

/**
 * Builds what is stale: `protocols` first, as the others import it, then the Node programs beside the console.
 * @returns {Promise<boolean>} false when a build failed; its messages are on the terminal.
 */
export async function build() {
  const stamps = readStamps();
  if (!(await buildInTurn([protocols], stamps))) return false;
  const done = await Promise.all([buildInTurn(node, stamps), buildInTurn(page, stamps)]);
  return done.every(Boolean);
}

async function buildInTurn(targets, stamps) {
  for (const target of targets) {
    const stamp = hashOf([...shared, target.name]);
    const built = existsSync(path.join(root, target.name, target.output));
    if (built && stamps[target.name] === stamp) continue;
    if (!(await timed(target, !built))) return false;
    stamps[target.name] = stamp;
    writeStamps(stamps);
  }
  return true;
}

async function timed(target, isForced) {
  console.log(`构建 Building ${target.name} …`);
  const startedAtMs = performance.now();
  const ok = await target.run(target.name, isForced);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  console.log(ok ? `完成 Built ${target.name}, ${seconds} s` : `失败 Building ${target.name} failed after ${seconds} s`);
  return ok;
}

/** The compiler trusts its own build record, so a lost output is made again only by force. */
function tsc(name, isForced) {
  return runLocal('typescript', 'bin/tsc', ['-b', name, ...(isForced ? ['--force'] : [])], root);
}

function vite(name) {
  return runLocal('vite', 'bin/vite.js', ['build', '--logLevel', 'warn'], path.join(root, name));
}

/** Runs a tool of this project's node_modules, found from the folder that uses it. */
function runLocal(tool, binary, args, cwd) {
  const manifest = createRequire(path.join(cwd, 'package.json')).resolve(`${tool}/package.json`);
  const child = spawn(process.execPath, [path.join(path.dirname(manifest), binary), ...args], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** A hash of the names and contents of a build's inputs: a checkout that only touches times rebuilds nothing. */
function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const isWorkspace = !path.extname(input);
    for (const file of isWorkspace ? sources.flatMap((source) => filesUnder(path.join(input, source))) : [input]) {
      hash.update(`${file}\0`).update(readFileSync(path.join(root, file))).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesUnder(relative) {
  const absolute = path.join(root, relative);
  if (!existsSync(absolute)) return [];
  if (path.extname(relative)) return [relative];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** An unreadable stamp only costs a build. */
function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamps(stamps) {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(`${stampFile}.${process.pid}`, JSON.stringify(stamps, null, 2));
  renameSync(`${stampFile}.${process.pid}`, stampFile);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await build()) ? 0 : 1;
