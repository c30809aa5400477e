import type { FormStorage, InstallForm } from './form-queue.js';

const [DATABASE, STORE, VERSION] = ['liandong-install', 'forms', 1];

/** Forms in the browser's own database: they outlive the page, and a photo keeps its bytes. Opened at first use. */
export function createIndexedFormStorage(): FormStorage {
  let opened: Promise<IDBDatabase> | undefined;
  const database = () => opened ??= open().catch((problem: unknown) => { opened = undefined; throw problem; });
  const store = async (mode: IDBTransactionMode) => (await database()).transaction(STORE, mode).objectStore(STORE);
  return {
    // Only `put` below writes there, so the rows are forms.
    all: async () => await answerOf((await store('readonly')).getAll()) as InstallForm[],
    async put(form) { await answerOf((await store('readwrite')).put(form)); },
    async remove(id) { await answerOf((await store('readwrite')).delete(id)); },
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: 'id' }); };
  return answerOf(request);
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error ?? new Error('The browser could not store the form'));
});
