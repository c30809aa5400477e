import type { Claim, Credentials, Device, EpochMs, Location } from '@liandong/protocols';
import { ApiError, type ApiErrorCode } from '../api/api-error.js';

/** A filled-in form that waits to be sent. `deviceId` is set once the hub has taken the claim and only the photo is left. */
export interface InstallForm {
  readonly id: string;
  /** Who filled it in: nobody else's session sends it. */
  readonly by: string;
  readonly at: EpochMs;
  readonly claim: Claim & { location?: Location };
  readonly photo?: Blob;
  readonly deviceId?: string;
  /** The hub has read it and said no; it waits for its writer. */
  readonly refused?: Refused;
}
/** What there is to tell of an error, as IndexedDB keeps it. */
export interface Refused { readonly code: ApiErrorCode; readonly detail?: string; readonly detailZh?: string }
export interface FormStorage {
  all(): Promise<InstallForm[]>;
  put(form: InstallForm): Promise<void>;
  remove(id: string): Promise<void>;
}
/** What came of a form. `waits`: try again later; `error` says why. */
export type Sent =
  | { readonly state: 'done'; readonly device?: Device; readonly credentials?: Credentials; readonly isPhotoLost: boolean }
  | { readonly state: 'waits' | 'refused'; readonly error: ApiError; readonly device?: Device; readonly credentials?: Credentials };
/** The hub has taken the claim, photo or not: what it answered is to be shown, credentials this once. */
export type Delivered = Sent & { readonly device: Device };
export const isDelivered = (sent: Sent): sent is Delivered => sent.device !== undefined;
export interface FormQueueDependencies {
  readonly storage: FormStorage;
  readonly claim: (claim: Claim, formId: string) => Promise<{ device: Device; credentials?: Credentials }>;
  readonly uploadPhoto: (deviceId: string, photo: Blob) => Promise<void>;
}

/** Sends stored forms, each one once as far as the hub can tell. What was sent is deleted, code and photo first of all. */
export function createFormQueue({ storage, claim, uploadPhoto }: FormQueueDependencies) {
  const running = new Map<string, Promise<Sent>>();

  async function deliver(form: InstallForm): Promise<Sent> {
    let [current, answer]: [InstallForm, { device?: Device; credentials?: Credentials }] = [form, {}];
    try {
      if (current.deviceId === undefined) {
        answer = await claim(current.claim, current.id);
        current = { ...current, claim: { ...current.claim, code: '' }, deviceId: answer.device?.id ?? '' };
        await (current.photo === undefined ? storage.remove(current.id) : storage.put(current));
      }
      const isPhotoLost = await sendPhoto(current);
      await storage.remove(current.id);
      return { state: 'done', ...answer, isPhotoLost };
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (isPassing(problem)) return { state: 'waits', error: problem, ...answer };
      await storage.put({ ...current, refused: refusedAs(problem) });
      return { state: 'refused', error: problem, ...answer };
    }
  }
  /** A photo that the hub won't have is dropped: the device counts for more than its picture. */
  async function sendPhoto({ deviceId, photo }: InstallForm): Promise<boolean> {
    if (photo === undefined || deviceId === undefined) return false;
    try { await uploadPhoto(deviceId, photo); return false; } catch (problem) {
      if (problem instanceof ApiError && !isPassing(problem)) return true;
      throw problem;
    }
  }
  function send(form: InstallForm): Promise<Sent> {
    const underWay = running.get(form.id);
    if (underWay !== undefined) return underWay;
    const sending = deliver(form).finally(() => running.delete(form.id));
    running.set(form.id, sending);
    return sending;
  }
  /** Sends what waits of this person, oldest first; stops at the first that can't get through. */
  async function sendAll(by: string): Promise<Sent[]> {
    const results: Sent[] = [];
    for (const form of (await storage.all()).filter((each) => each.by === by && each.refused === undefined).sort((a, b) => a.at - b.at)) {
      const result = await send(form);
      results.push(result);
      if (result.state === 'waits') break;
    }
    return results;
  }
  return { send, sendAll };
}

const refusedAs = ({ code, detail, detailZh }: ApiError): Refused => ({ code, ...(detail === undefined ? {} : { detail }), ...(detailZh === undefined ? {} : { detailZh }) });

/** Nothing is wrong with the form itself: no network, signed out, too many tries, or trouble at the hub. */
export const isPassing = ({ status }: ApiError): boolean => status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;
