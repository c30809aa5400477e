import type { DeviceId, EpochMs } from '@liandong/protocols';
import type { Clock } from '../clock.js';

const KEPT_MS = 24 * 60 * 60_000;
const MOST_FORMS = 10_000;

interface Form { readonly by: string; readonly formId: string | undefined; readonly hash: string }

/**
 * Forms that have claimed a device, in memory: in a stairwell the answer may be lost on its way, and the phone sends the form again.
 * Only the same person with the same form and the same code is answered twice.
 */
export function createClaimReplays({ clock }: { clock: Clock }) {
  const forms = new Map<string, { device: DeviceId; at: EpochMs }>();
  const keyOf = ({ by, formId, hash }: Form): string | undefined => formId === undefined ? undefined : JSON.stringify([by, formId, hash]);
  return {
    deviceOf(form: Form): DeviceId | undefined {
      const found = forms.get(keyOf(form) ?? '');
      return found !== undefined && clock.now() - found.at < KEPT_MS ? found.device : undefined;
    },
    remember(form: Form, device: DeviceId): void {
      const key = keyOf(form);
      if (key === undefined) return;
      const oldest = forms.keys().next();
      if (forms.size >= MOST_FORMS && oldest.done !== true) forms.delete(oldest.value);
      forms.set(key, { device, at: clock.now() });
    },
  };
}
