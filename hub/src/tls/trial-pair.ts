import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

const DAYS = 397;
const DAY_MS = 86_400_000;

/** Names and addresses that a trial certificate is good for: this machine's, and those named. */
export function trialHosts(named: readonly string[], interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []).filter(({ address }) => !address.startsWith('fe80:')).map(({ address }) => address);
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...addresses, ...named])].filter((host) => host !== '');
}

/** A pair is there already: devices and phones may trust it. */
export class PairExistsError extends Error {}

/** Makes a self-signed pair (ECDSA P-256) in a folder: `cert.pem` and `key.pem`, readable by this user only. @throws PairExistsError, unless `replaces` */
export async function writeTrialPair({ folder, hosts, now, replaces = false }: { folder: string; hosts: readonly string[]; now: number; replaces?: boolean }): Promise<{ certFile: string; keyFile: string }> {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  if (!replaces && (existsSync(certFile) || existsSync(keyFile))) throw new PairExistsError(`There is a pair in ${folder} already.`);
  const pair = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }, { name: 'organizationName', value: 'Liandong trial' }], {
    keyType: 'ec', curve: 'P-256', algorithm: 'sha256', notBeforeDate: new Date(now - DAY_MS), notAfterDate: new Date(now + DAYS * DAY_MS),
    extensions: [
      // A phone or a client trusts it by taking it in as an authority.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map((host) => isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host }) },
    ],
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of [[certFile, pair.cert], [keyFile, pair.private]] as const) {
    await writeFile(file, text, { mode: 0o600 });
    await chmod(file, 0o600); // one that was there before keeps its old mode
  }
  return { certFile, keyFile };
}
