import { BIOMETRIC_KEY, type RefusalReason } from '@liandong/protocols';
import { isPersonalKey } from '../ingest/personal-keys.js';

/** How much of a refused payload is kept. */
export const KEPT_BYTES = 2048;
const MASK = '***';

/** Keys whose values say who somebody is, and keys that may carry a picture or a template of a body. */
const isMasked = (key: string): boolean => isPersonalKey(key) || BIOMETRIC_KEY.test(key);
/** Card, permit and telephone numbers are this long; so are timestamps, which is no loss here. */
const DIGIT_RUN = /\d{6,}/g;
/** Nothing a device has to say in words is this long without a space: it is encoded data. */
const ENCODED_RUN = /[A-Za-z0-9+/=_-]{64,}/g;

/**
 * What may be kept of a refused payload, as text: nothing of a biometric one, values of personal keys masked, and long numbers masked
 * outside plain readings. Devices are allowed to be wrong, so this holds for JSON that is cut off or broken too.
 */
export function keptPayload(topic: string, head: Uint8Array, isCut: boolean, reason: RefusalReason): string {
  if (reason === 'biometric') return '';
  const text = Buffer.from(head).toString('utf8');
  const masked = (isCut ? undefined : maskJson(text)) ?? maskText(text);
  const quiet = masked.replace(ENCODED_RUN, MASK);
  return /\/(telemetry|status)$/.test(topic) ? quiet : quiet.replace(DIGIT_RUN, MASK);
}

/** Undefined when it is no JSON, too deep to walk, or has a number that JSON.stringify would put as null: 1e999 is what is looked for then. */
function maskJson(text: string): string | undefined {
  let isFaithful = true;
  try {
    const masked = JSON.stringify(JSON.parse(text, (key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) isFaithful = false;
      return isMasked(key) ? MASK : value;
    }));
    return isFaithful ? masked : undefined;
  } catch {
    return undefined; // broken JSON is what is looked at here: it is masked as text
  }
}

const QUOTED_KEY = /["']?([A-Za-z_][A-Za-z0-9_-]*)["']?\s*[:=]\s*/g;
const SCALAR = /^("(?:[^"\\]|\\.)*"?|'[^']*'?|[^,}\]\s]*)/;

/** Broken JSON: each personal key's value is masked; where it opens an object or a list, nothing after it is kept. */
function maskText(text: string): string {
  let kept = '';
  let from = 0;
  for (const match of text.matchAll(QUOTED_KEY)) {
    const [whole, key = ''] = match;
    if (match.index < from || !isMasked(key)) continue;
    const valueAt = match.index + whole.length;
    kept += text.slice(from, valueAt) + MASK;
    if (/^[[{]/.test(text.slice(valueAt))) return kept;
    from = valueAt + (SCALAR.exec(text.slice(valueAt))?.[0].length ?? 0);
  }
  return kept + text.slice(from);
}
