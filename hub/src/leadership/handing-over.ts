/** Hands over to one leader after the other, once to each that goes on leading, beside the looks that notice when it goes. */
export interface HandingOver {
  readonly isRunning: boolean;
  /** Unless it was given everything already, or is being given it. */
  to(leader: URL): void;
  /** Ends it; resolves when it has noted how far it came. */
  end(): Promise<void>;
  /** Nobody leads: the next leader is given everything, even if it is the same again. */
  forget(): void;
}

export function createHandingOver({ handOver, onFailure }: { handOver: (leader: URL, signal: AbortSignal) => Promise<void>; onFailure: (error: unknown) => void }): HandingOver {
  let handedTo: string | undefined;
  let handing: { readonly ending: AbortController; readonly done: Promise<void> } | undefined;

  function begin(leader: URL): typeof handing {
    const ending = new AbortController();
    const done = handOver(leader, ending.signal).then(() => { handedTo = leader.href; }, onFailure).finally(() => { handing = undefined; });
    return { ending, done };
  }

  return {
    get isRunning() { return handing !== undefined; },
    to(leader) {
      if (handedTo !== leader.href) handing ??= begin(leader);
    },
    async end() {
      handing?.ending.abort();
      await handing?.done;
    },
    forget() { handedTo = undefined; },
  };
}
