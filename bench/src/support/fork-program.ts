import { fork } from 'node:child_process';
import type { OwnedProcess } from './owned-process.js';
import type { Resources } from './resources.js';

/** A program of ours in a process of its own, which is told things and answers. */
export interface ForkedProgram<Told, Answer> {
  readonly process: OwnedProcess;
  tell(message: Told): void;
  /** The next answer of this type. Rejects when it says `failed` or ends. */
  answer<Type extends Answer extends { type: infer Name } ? Name : never>(type: Type): Promise<Extract<Answer, { type: Type }>>;
  /** Lets it end by itself. */
  close(): void;
}

export function forkProgram<Told extends object, Answer extends { readonly type: string }>(name: string, file: string, resources: Resources): ForkedProgram<Told, Answer> {
  const owned = resources.own(name, fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  const { process: child } = owned;
  const answers: Answer[] = [];
  let onNews: (() => void) | undefined;
  let failure: string | undefined;
  child.on('message', (raw) => {
    const message = raw as Answer | { type: 'failed'; reason: string }; // the child is our own program
    if (message.type === 'failed' && 'reason' in message) failure = `${name}: ${message.reason}`;
    else answers.push(message as Answer);
    onNews?.();
  });
  child.once('exit', (code) => {
    failure ??= `the process of ${name} ended with code ${code ?? 'none'}`;
    onNews?.();
  });

  return {
    process: owned,
    tell: (message) => { child.send(message); },
    async answer(type) {
      for (;;) {
        const at = answers.findIndex((answer) => answer.type === type);
        if (at >= 0) return answers.splice(at, 1)[0] as Extract<Answer, { type: typeof type }>; // found by its type
        if (failure !== undefined) throw new Error(failure);
        await new Promise<void>((resolve) => { onNews = resolve; });
      }
    },
    close: () => { if (child.connected) child.disconnect(); },
  };
}

/** The other end of it: `handle` is given each message in turn; the process ends with the one that started it. */
export function serveParent<Told>(handle: (message: Told) => Promise<void> | void): void {
  process.on('disconnect', () => process.exit(0));
  let queue: Promise<void> = Promise.resolve();
  process.on('message', (message) => {
    queue = queue.then(() => handle(message as Told)).catch((error: unknown) => { // only the parent sends here
      process.send?.({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    });
  });
}
