import { openCutLink } from './cut-link.js';

/** `reset`: connections are reset, new ones too. `stall`: nothing gets through and nothing ends. `slow`: it takes long, and little fits through. */
export const LINK_FAULTS = ['reset', 'stall', 'slow'] as const;
export type LinkFault = (typeof LINK_FAULTS)[number];

/** A TCP link to a port of this machine on which one fault at a time can be laid. */
export interface FaultyLink {
  readonly port: number;
  /** In the place of one that lies on it. */
  lay(fault: LinkFault): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

const PIECE_MS = 150;

/** Without any server. */
export async function openFaultyLink(target: number): Promise<FaultyLink> {
  const link = await openCutLink(() => target);
  const lay = { reset: () => link.cut(), stall: () => link.stall(), slow: () => link.slow(PIECE_MS) };
  return {
    port: link.port, close: () => link.close(),
    async lay(fault) {
      link.heal();
      lay[fault]();
      await Promise.resolve();
    },
    async heal() {
      link.heal();
      await Promise.resolve();
    },
  };
}
