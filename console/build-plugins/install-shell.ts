import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const WORKER = new URL('./install-shell-worker.js', import.meta.url);
const PAGE = '/src/pages/InstallPage.vue';

/** Writes `/sw.js`: it keeps what the installer's page needs, and nothing else, so that `/install` opens without a network. */
export const installShell = (): Plugin => ({
  name: 'install-shell',
  apply: 'build',
  generateBundle(_options, bundle) {
    const wanted = new Set<string>();
    const take = (name: string, withDynamic: boolean): void => {
      const chunk = bundle[name];
      if (wanted.has(name) || chunk?.type !== 'chunk') return;
      wanted.add(name);
      for (const file of [...chunk.viteMetadata?.importedCss ?? [], ...chunk.viteMetadata?.importedAssets ?? []]) wanted.add(file);
      for (const next of [...chunk.imports, ...(withDynamic ? chunk.dynamicImports : [])]) take(next, withDynamic && chunk.dynamicImports.includes(next));
    };
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const page = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(PAGE) === true);
    if (page === undefined) { this.error(`No chunk of ${PAGE}: the installer's page would not open offline`); return; }
    // The page first: what it loads later, such as the code reader, belongs to it; what the console loads later doesn't.
    take(page.fileName, true);
    for (const entry of chunks.filter((chunk) => chunk.isEntry)) take(entry.fileName, false);
    for (const file of Object.keys(bundle)) if (file.endsWith('.wasm')) wanted.add(file);
    const files = JSON.stringify([...wanted].sort().map((file) => `/${file}`));
    const source = readFileSync(WORKER, 'utf8').replace('__FILES__', files).replace('__VERSION__', createHash('sha256').update(files).digest('hex').slice(0, 16));
    this.emitFile({ type: 'asset', fileName: 'sw.js', source });
  },
});
