import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../problem.js';
import type { AggregateState } from './state.js';

/** Where a puller stands: it has every change up to `change`. `droppedTo`: what had been dropped when it began. */
export interface AggregatePosition { readonly change: number; readonly droppedTo: number }

/** Makes and checks the cursors of pullers. They are signed, and good for one hub's change log and one set of filters. */
export interface AggregateCursors {
  make(position: AggregatePosition, state: AggregateState, filter: string): string;
  /** @throws AppError CURSOR_INVALID, which says why and what to do */
  parse(cursor: string, state: AggregateState, filter: string): AggregatePosition;
}

const SHAPE = /^([A-Za-z0-9_-]{1,22})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]{8})\.([A-Za-z0-9_-]{22})$/;
const AGAIN = 'Start again without `since`.';

/** `key`: the data folder's; what is signed with it here says so. */
export function createAggregateCursors({ key }: { key: Buffer }): AggregateCursors {
  const sign = (text: string): Buffer => createHmac('sha256', key).update(`aggregate cursor ${text}`).digest().subarray(0, 16);
  const digest = (filter: string): string => createHmac('sha256', key).update(`aggregate filter ${filter}`).digest('hex').slice(0, 8);

  return {
    make({ change, droppedTo }, { log }, filter) {
      const text = `${log}.${change}.${droppedTo}.${digest(filter)}`;
      return `${text}.${sign(text).toString('base64url')}`;
    },
    parse(cursor, state, filter) {
      const [, log = '', change = '', droppedTo = '', filtered = '', signature = ''] = SHAPE.exec(cursor) ?? [];
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(`${log}.${change}.${droppedTo}.${filtered}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected) || log !== state.log) throw new AppError('CURSOR_INVALID', `This hub did not make the cursor. ${AGAIN}`);
      if (filtered !== digest(filter)) throw new AppError('CURSOR_INVALID', `The cursor belongs to another area, metric, window or level. Ask with those it was made for, or: ${AGAIN}`);
      const position = { change: Number(change), droppedTo: Number(droppedTo) };
      if (position.change > state.changeNo) throw new AppError('CURSOR_INVALID', `The cursor is ahead of this hub, which was set back to an earlier state. ${AGAIN}`);
      if (state.droppedTo > Math.max(position.change, position.droppedTo)) throw new AppError('CURSOR_INVALID', `The cursor is too old: rows that changed after it are past their retention and gone. ${AGAIN}`);
      return position;
    },
  };
}
