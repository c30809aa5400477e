import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PairExistsError, trialHosts, writeTrialPair } from '../tls/trial-pair.js';

const USAGE = `用法 usage: npm run tls:trial -- [--host 192.168.1.20]… [--out data/tls] [--force]
为试用生成自签名证书；已有证书时须加 --force 才替换。Makes a self-signed certificate for a trial; one that is there is replaced with --force only.
`;

async function main(): Promise<void> {
  const { host, out, force, help } = readArguments();
  if (help) return void process.stdout.write(USAGE);
  const hosts = trialHosts(host, networkInterfaces());
  const { certFile, keyFile } = await writeTrialPair({ folder: resolve(out), hosts, now: Date.now(), replaces: force }).catch((error: unknown) => {
    throw error instanceof PairExistsError ? new Error(existsWords(resolve(out))) : error;
  });
  process.stdout.write(`证书适用于 The certificate is good for: ${hosts.join(', ')}\n\n启动时加上 Start with\n\nTLS_CERT_FILE=${certFile}\nTLS_KEY_FILE=${keyFile}\n\n`);
}

const existsWords = (folder: string): string =>
  `${folder} 中已有证书，信任它的手机和设备换证后将无法连接。确要替换请加 --force，或用 --out 指定别的文件夹。
There is a certificate in ${folder}: phones and devices that trust it could no longer connect. Replace it with --force, or choose another folder with --out.`;

function readArguments(): { host: string[]; out: string; force: boolean; help: boolean } {
  const { values } = parseArgs({ options: { host: { type: 'string', multiple: true, default: [] }, out: { type: 'string', default: 'data/tls' }, force: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  return values;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
});
