import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { trialHosts, writeTrialPair } from '../tls/trial-pair.js';

const USAGE = `用法 usage: npm run tls:trial -- [--host 192.168.1.20]… [--out data/tls]
为试用生成自签名证书。Makes a self-signed certificate for a trial.
`;

async function main(): Promise<void> {
  const { host, out, help } = readArguments();
  if (help) return void process.stdout.write(USAGE);
  const hosts = trialHosts(host, networkInterfaces());
  const { certFile, keyFile } = await writeTrialPair({ folder: resolve(out), hosts, now: Date.now() });
  process.stdout.write(`证书适用于 The certificate is good for: ${hosts.join(', ')}\n\n启动时加上 Start with\n\nTLS_CERT_FILE=${certFile}\nTLS_KEY_FILE=${keyFile}\n\n`);
}

function readArguments(): { host: string[]; out: string; help: boolean } {
  const { values } = parseArgs({ options: { host: { type: 'string', multiple: true, default: [] }, out: { type: 'string', default: 'data/tls' }, help: { type: 'boolean', default: false } } });
  return values;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
});
