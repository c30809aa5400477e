import type { Alert } from '@liandong/protocols';
import type { AreaTree } from '../areas/area-tree.js';
import type { ChangeLog } from '../changes/change-log.js';
import type { Clock } from '../clock.js';
import type { Db } from '../database/database.js';
import type { DeviceDirectory } from '../devices/types.js';
import type { Logger } from '../logger.js';
import { createChannelService, type ChannelService } from './channel-service.js';
import { createDeliver } from './deliver.js';
import { createEmailDelivery, type SmtpSettings } from './email-delivery.js';
import { createHttpDelivery } from './http-delivery.js';
import { createNotifier, type Notifier } from './notifier.js';
import { createOutbox } from './outbox.js';
import { systemResolve, type Resolve } from './safe-address.js';
import { createPost, POST_MS } from './safe-post.js';
import { createSender, type Sender } from './sender.js';
import type { StoredChannel } from './types.js';
import type { WordsContext } from './words.js';

/** Messages since the start by what became of them, and those that wait now. */
export interface NotificationCounts { totals(): Readonly<Record<'queued' | 'sent' | 'retried' | 'given_up' | 'withdrawn', number>>; waiting(): Promise<number> }
/** Started in this order, stopped in reverse: the sender needs nothing of the notifier. */
export interface Notifications { readonly channels: ChannelService; readonly sender: Sender; readonly notifier: Notifier; readonly counts: NotificationCounts }

export interface NotificationsDependencies {
  readonly db: Db; readonly clock: Clock; readonly changes: ChangeLog; readonly areas: AreaTree; readonly directory: Pick<DeviceDirectory, 'get'>; readonly logger: Pick<Logger, 'error'>;
  readonly smtp: SmtpSettings | undefined; readonly publicUrl: string | undefined;
  readonly resolve?: Resolve; readonly random?: () => number; readonly postMs?: number;
}

/** From the change log to the receivers: what is told (`notifier`), how it gets there (`sender`), and who decides about it (`channels`). */
export function createNotifications({ db, clock, changes, areas, directory, logger, smtp, publicUrl, resolve = systemResolve, random = Math.random, postMs = POST_MS }: NotificationsDependencies): Notifications {
  const place = ({ area, deviceId }: Alert, lang: 'zh' | 'en'): string => {
    const names = areas.lineage(area).reverse().map(({ name, nameEn }) => lang === 'en' ? nameEn ?? name : name);
    const device = deviceId === undefined ? undefined : directory.get(deviceId)?.device.name ?? deviceId;
    return [...(names.length === 0 ? [area] : names), ...(device === undefined ? [] : [device])].join(' / ');
  };
  const wordsFor = ({ lang }: StoredChannel): WordsContext => ({ lang, publicUrl, place: (alert) => place(alert, lang) });

  const outbox = createOutbox({ db });
  const deliver = createDeliver({
    http: createHttpDelivery({ post: createPost({ resolve, timeoutMs: postMs }), clock, wordsFor }), email: smtp === undefined ? undefined : createEmailDelivery({ smtp, wordsFor }),
  });
  const sender = createSender({ db, outbox, clock, deliver, random, onError: (error) => { logger.error({ err: error }, 'notifications could not be taken from the outbox or marked; the next second tries again'); } });
  const decided = { queued: 0, withdrawn: 0 };
  const notifier = createNotifier({
    db, clock, changes, areas, onError: (error) => { logger.error({ err: error }, 'the notifier can not read on; it tries again every second'); },
    onQueued: ({ queued, withdrawn }) => {
      decided.queued += queued;
      decided.withdrawn += withdrawn;
      void sender.tick();
    },
  });
  return {
    sender, notifier,
    channels: createChannelService({ db, clock, areas, outbox, sender, resolve, hasSmtp: smtp !== undefined }),
    counts: { totals: () => ({ ...decided, ...sender.counts }), waiting: () => outbox.waitingTotal() },
  };
}
