/**
 * Builds the workspaces whose sources changed since their last build: `node scripts/build.mjs`.
 * A run with nothing to do only hashes the sources and prints nothing.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = path.join(root, '.cache/build-stamp.json');
const shared = ['tsconfig.base.json', 'package-lock.json', 'protocols'];
const sources = ['src', 'public', 'package.json', 'tsconfig.json', 'vite.config.ts', 'index.html'];

/** What is built in one go; `outputs` are the files that must be there, as that build left them. */
const protocols = { name: 'protocols', folders: ['protocols'], outputs: ['protocols/dist/index.js', 'protocols/dist/.tsbuildinfo'], run: tsc };
const programs = {
  name: 'hub, edge-sim, bench', folders: ['hub', 'edge-sim', 'bench'], run: tsc,
  outputs: ['hub/dist/main.js', 'edge-sim/dist/main.js', ...['hub', 'edge-sim', 'bench'].map((folder) => `${folder}/dist/.tsbuildinfo`)],
};
const page = { name: 'console', folders: ['console'], outputs: ['console/dist/index.html'], run: vite };

/**
 * Builds what is stale: `protocols` first, as the others import it, then the Node programs beside the console.
 * @returns {Promise<boolean>} false when a build failed; its messages are on the terminal.
 */
export async function build() {
  const stamps = readStamps();
  if (!(await buildIfStale(protocols, stamps))) return false;
  const done = await Promise.all([buildIfStale(programs, stamps), buildIfStale(page, stamps)]);
  return done.every(Boolean);
}

async function buildIfStale(target, stamps) {
  const sourceHash = hashOf([...shared, ...target.folders]);
  const isBuilt = target.outputs.every((output) => existsSync(path.join(root, output)));
  if (isBuilt && stamps[target.name] === stampOf(sourceHash, target)) return true;
  // The compiler trusts its own record and would not notice a lost output.
  if (!isBuilt) for (const folder of target.folders) rmSync(path.join(root, folder, 'dist/.tsbuildinfo'), { force: true });
  if (!(await timed(target))) return false;
  stamps[target.name] = stampOf(sourceHash, target);
  writeStamps(stamps);
  return true;
}

/** With the times of the outputs: a failed build, or the compiler run by hand on other sources, leaves other ones behind. */
function stampOf(sourceHash, { outputs }) {
  return [sourceHash, ...outputs.map((output) => statSync(path.join(root, output)).mtimeMs)].join(' ');
}

async function timed({ name, folders, run }) {
  console.log(`构建 Building ${name} …`);
  const startedAtMs = performance.now();
  const isDone = await run(folders);
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  console.log(isDone ? `完成 Built ${name}, ${seconds} s` : `失败 Building ${name} failed after ${seconds} s`);
  return isDone;
}

function tsc(folders) {
  return runLocal('typescript', 'bin/tsc', ['-b', ...folders], root);
}

function vite([folder]) {
  return runLocal('vite', 'bin/vite.js', ['build', '--logLevel', 'warn'], path.join(root, folder));
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
