import { hash, verify } from '@node-rs/argon2';

/** Cost of argon2id (the library's default algorithm). */
export interface PasswordCost { readonly memoryKiB: number; readonly passes: number; readonly lanes: number }

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
export const OWASP_COST: PasswordCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `stored` undefined: does the same work and answers false, so that time does not tell whether a user exists. */
  verify(stored: string | undefined, password: string): Promise<boolean>;
}

export function createPasswords(cost: PasswordCost = OWASP_COST): Passwords {
  const options = { memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: cost.lanes };
  let decoy: Promise<string> | undefined;

  return {
    hash: (password) => hash(password, options),
    async verify(stored, password) {
      decoy ??= hash('nobody has this password', options);
      const matches = await verify(stored ?? await decoy, password);
      return stored !== undefined && matches;
    },
  };
}
