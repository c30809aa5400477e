import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ImportEvent, ImportResult } from '@liandong/protocols';

/** What stops an import as a whole: no such file, no such hub, not signed in, a file that can't be read. */
export class ImportFailure extends Error {
  override readonly name = 'ImportFailure';
}

export interface ImportClient {
  /** Sends the file as it is read from disk. @throws ImportFailure */
  send(file: string, query: Readonly<Record<string, string>>, onProgress: (event: Extract<ImportEvent, { type: 'progress' }>) => void): Promise<ImportResult>;
  /** The failed rows of that import as a CSV file, byte order mark and all. @throws ImportFailure */
  failedCsv(id: string): Promise<Buffer>;
}

export function createImportClient({ hub, token, language }: { hub: string; token: string; language: 'zh' | 'en' }): ImportClient {
  const base = `${hub.replace(/\/+$/, '')}/api/v1/devices/import`;
  const headers = { authorization: `Bearer ${token}`, 'accept-language': language };

  async function ask(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      throw new ImportFailure(`The hub at ${hub} can not be reached (${reasonOf(error)}): check --hub.`, { cause: error });
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({})) as { code?: string; title?: string; detail?: string }; // an error of something in between is no problem document
    throw new ImportFailure(`${response.status} ${problem.code ?? ''} ${problem.detail ?? problem.title ?? response.statusText}`.replace(/ +/g, ' '));
  }

  return {
    async send(file, query, onProgress) {
      const body = Readable.toWeb(createReadStream(file)) as unknown as ReadableStream; // Node's own declarations of the two differ
      const init = { method: 'POST', headers: { ...headers, 'content-type': 'text/csv', accept: 'application/x-ndjson' }, body, duplex: 'half' } as RequestInit; // `duplex` is missing in some declarations
      const response = await ask(`${base}?${new URLSearchParams(query).toString()}`, init);
      for await (const line of linesOf(response)) {
        const event = JSON.parse(line) as ImportEvent; // the hub's own
        if (event.type === 'progress') onProgress(event);
        else if (event.type === 'error') throw new ImportFailure(`${event.problem.code}: ${event.problem.detail ?? event.problem.title}`);
        else return event;
      }
      throw new ImportFailure('The hub ended the answer before the import was done; run the same command again.');
    },
    failedCsv: async (id) => Buffer.from(await (await ask(`${base}/${id}/failed.csv`, { headers })).arrayBuffer()),
  };
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) { // a web stream of bytes
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return error instanceof Error ? error.message : String(error);
}
