import type { CodecResult } from '../codecs/measure-codecs.js';
import { whole } from './tables.js';

/** What each codec has to reach (messages per CPU second). */
export const CODEC_FLOOR = 100_000;
const HEADER = ['codec', '', 'messages/CPU-second', 'bytes'];

/** The second column marks what is too slow or wrong. */
export const codecCells = (codecs: readonly CodecResult[]): string[][] => [HEADER, ...codecs.map((result) => 'failure' in result
  ? [result.codec, 'FAILED', '–', whole(result.bytes)]
  : [result.codec, result.messagesPerCpuS < CODEC_FLOOR ? `under ${whole(CODEC_FLOOR)}` : '', whole(result.messagesPerCpuS), whole(result.bytes)])];

export const codecNotes = (codecs: readonly CodecResult[]): string[] => [
  'codecs: one message of each decoded over and over in one process, CPU time of all its threads; every result is compared with what it should be, and that counts',
  ...codecs.flatMap((result) => 'failure' in result ? [`${result.codec} FAILED: ${result.failure}`] : []),
];
