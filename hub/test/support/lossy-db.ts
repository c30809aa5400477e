import type { Db } from '../../src/database/database.js';
import { DatabaseAwayError } from '../../src/database/postgres/database-away.js';

/** A database whose connection is lost, as long as `isLost`, while a commit is answered: what was written stands, and the writer is told that it failed. */
export function lossyDb(real: Db): { readonly db: Db; isLost: boolean } {
  const lossy = {
    isLost: false,
    db: new Proxy(real, {
      get(target, name) {
        if (name !== 'transaction') {
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) as unknown : member;
        }
        return () => ({
          async execute(work: Parameters<ReturnType<Db['transaction']>['execute']>[0]) {
            const result = await target.transaction().execute(work);
            if (lossy.isLost) throw new DatabaseAwayError(new Error('the connection was lost'));
            return result;
          },
        });
      },
    }),
  };
  return lossy;
}
