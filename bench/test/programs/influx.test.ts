import { expect, it } from 'vitest';
import { sumOfValues } from '../../src/programs/influx.js';

it('adds up the values of all tables of a Flux answer', () => {
  const table = (column: string, values: string) => `,result,table,${column}\r\n${values}\r\n\r\n`;
  expect(sumOfValues(table('_value,device', ',_result,0,2000,a\r\n,_result,1,1999,b') + table('device,_value', ',_result,2,c,7'))).toBe(4006);
});

it('takes an answer without tables as nothing stored', () => {
  expect(sumOfValues('\r\n')).toBe(0);
});
