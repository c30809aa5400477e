import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { sha256, systemRandom, typable, type RandomBytes } from '../identity/secrets.js';

/** What mosquitto_passwd uses and Mosquitto 2 reads back from the entry itself. */
const MOSQUITTO_ITERATIONS = 101;
const MOSQUITTO_SALT_BYTES = 12;
const MOSQUITTO_HASH_BYTES = 64;

const stretch = promisify(pbkdf2);

export interface DeviceSecret {
  /** 128 random bits, base64url: shown once, kept nowhere. */
  readonly secret: string;
  /** Its SHA-256, hex: 128 random bits can't be guessed, and ten thousand devices reconnecting must not cost ten thousand slow hashes. */
  readonly secretHash: string;
  /** The same secret as an entry of an external Mosquitto's password file. */
  readonly mosquittoHash: string;
}

export async function newDeviceSecret(random: RandomBytes): Promise<DeviceSecret> {
  const secret = typable(random, 16);
  return { secret, secretHash: sha256(secret).toString('hex'), mosquittoHash: await mosquittoHash(secret, random(MOSQUITTO_SALT_BYTES)) };
}

/** `$7$iterations$salt$hash`, PBKDF2-HMAC-SHA512, salt and hash in base64: Mosquitto 2's password file. */
export async function mosquittoHash(secret: string, salt: Buffer = systemRandom(MOSQUITTO_SALT_BYTES)): Promise<string> {
  const hash = await stretch(secret, salt, MOSQUITTO_ITERATIONS, MOSQUITTO_HASH_BYTES, 'sha512');
  return `$7$${MOSQUITTO_ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
