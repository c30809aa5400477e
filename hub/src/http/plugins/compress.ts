import compress from '@fastify/compress';
import type { App } from '../dependencies.js';

/** Only routes that ask for it are compressed: an answer that mixes a secret with what a stranger chose must not be. Request bodies are taken as they are. */
export async function addCompress(app: App): Promise<void> {
  await app.register(compress, { global: false, globalDecompression: false });
}

/** Route setting: gzip, quick rather than small. Parquet is compressed already. */
export const gzipped = { encodings: ['gzip'], zlibOptions: { level: 1 }, customTypes: /^(text\/csv|application\/(ld\+)?json)/ } satisfies { encodings: 'gzip'[]; zlibOptions: object; customTypes: RegExp };
