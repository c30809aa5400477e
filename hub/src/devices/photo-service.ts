import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceId } from '@liandong/protocols';
import type { Db } from '../database/database.js';
import type { Principal } from '../identity/principal.js';
import { systemRandom, type RandomBytes } from '../identity/secrets.js';
import type { AuditLog } from '../identity/types.js';
import { AppError } from '../problem.js';
import type { DeviceService } from './device-service.js';
import { stripPhoto, type CleanPhoto, type PhotoType } from './photo-strip.js';

const ENDINGS: Record<PhotoType, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };

/** One photo of each device where it stands, in the data folder. Throws DEVICE_NOT_FOUND. */
export interface PhotoService {
  /** Replaces an older one. Throws MEDIA_TYPE_UNSUPPORTED. */
  store(principal: Principal, id: DeviceId, file: Buffer): Promise<void>;
  /** Throws PHOTO_NOT_FOUND. */
  get(principal: Principal, id: DeviceId): Promise<CleanPhoto>;
  /** The device is gone, and its photo with it. */
  forget(id: DeviceId): Promise<void>;
}

export interface PhotoServiceDependencies {
  readonly db: Db;
  /** Made at the first photo. */
  readonly folder: string;
  readonly devices: () => Pick<DeviceService, 'require'>;
  readonly audit: AuditLog;
  readonly random?: RandomBytes;
}

export function createPhotoService({ db, folder, devices, audit, random = systemRandom }: PhotoServiceDependencies): PhotoService {
  // Ids are letters, digits and hyphens, so a name made of one stays in the folder.
  const fileOf = (id: DeviceId, type: PhotoType): string => `${id}.${ENDINGS[type]}`;
  const otherFiles = (id: DeviceId, name?: string): string[] => Object.values(ENDINGS).map((ending) => `${id}.${ending}`).filter((file) => file !== name);
  /** The last write to each device's files, while there is one: of two uploads in different formats each would remove the other's file. */
  const writing = new Map<DeviceId, Promise<void>>();
  async function inTurn(id: DeviceId, work: () => Promise<void>): Promise<void> {
    const before = writing.get(id) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work); // whoever waited for that one has its error
    writing.set(id, mine);
    try {
      await mine;
    } finally {
      if (writing.get(id) === mine) writing.delete(id);
    }
  }

  const remove = async (names: readonly string[]): Promise<void> => { await Promise.all(names.map((name) => rm(join(folder, name), { force: true }))); };

  return {
    async store(principal, id, file) {
      devices().require(principal, 'device:write', id);
      const photo = stripPhoto(file);
      if (photo === undefined) throw new AppError('MEDIA_TYPE_UNSUPPORTED', { zh: '文件不是 JPEG、PNG 或 WebP 图片，或者已损坏。', en: 'The file is no JPEG, PNG or WebP picture, or is broken.' });
      const name = fileOf(id, photo.type);
      await inTurn(id, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const draft = join(folder, `.${name}.${random(6).toString('hex')}`);
        await writeFile(draft, photo.bytes, { mode: 0o600 });
        await rename(draft, join(folder, name));
        await db.updateTable('device').set({ photo: name }).where('id', '=', id).execute();
        await remove(otherFiles(id, name));
      });
      await audit.record({ by: principal.name, action: 'device.photo-stored', target: id, detail: `${photo.type}, ${photo.bytes.length} bytes` });
    },

    async get(principal, id) {
      devices().require(principal, 'device:read', id);
      const row = await db.selectFrom('device').select('photo').where('id', '=', id).executeTakeFirst();
      const type = (Object.keys(ENDINGS) as PhotoType[]).find((one) => row?.photo === fileOf(id, one)); // the table's keys
      if (type === undefined) throw new AppError('PHOTO_NOT_FOUND', { zh: `${id} 还没有照片。`, en: `Nobody has taken a photo of ${id}.` });
      try {
        return { type, bytes: await readFile(join(folder, fileOf(id, type))) };
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause; // only Node's own errors come here
        throw new AppError('PHOTO_NOT_FOUND', { zh: `${id} 的照片已不在数据文件夹里。`, en: `The photo of ${id} is no longer in the data folder.` }, { cause });
      }
    },

    forget: (id) => inTurn(id, () => remove(otherFiles(id))),
  };
}
