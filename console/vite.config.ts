import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { installShell } from './build-plugins/install-shell.js';

const protocols = fileURLToPath(new URL('../protocols/src/', import.meta.url));
const hub = 'http://127.0.0.1:8080';

/** The protocol package is pure, so a schema that no page uses need not travel, nor the schema library with it. */
const pureProtocols = (): Plugin => ({
  name: 'pure-protocols',
  enforce: 'pre',
  transform: { filter: { id: /protocols\/src\// }, handler: () => ({ moduleSideEffects: false }) },
});

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [pureProtocols(), vue(), installShell()],
  resolve: { alias: { '@liandong/protocols': `${protocols}index.ts` } },
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false, __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: { outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 700 },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': hub, '/socket.io': { target: hub, ws: true } },
  },
});
