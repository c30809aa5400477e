import type { Label } from '@liandong/protocols';
import { UnsafeAddressError } from './safe-address.js';

const TIMEOUT: Label = { zh: '没有及时应答', en: 'no answer in time' };
const CUT: Label = { zh: '连接被切断', en: 'the connection was cut' };
const NO_HOST: Label = { zh: '没有这个主机名', en: 'no such host' };
const UNKNOWN_AUTHORITY: Label = { zh: '对方证书的签发机构不受信任（可用 NODE_EXTRA_CA_CERTS 让中心信任它）', en: 'its certificate is of an unknown authority (NODE_EXTRA_CA_CERTS makes the hub trust it)' };
const SOCKET_WORDS: Readonly<Record<string, Label>> = {
  ECONNREFUSED: { zh: '连接被拒绝', en: 'the connection was refused' }, ECONNRESET: CUT, EPIPE: CUT, ETIMEDOUT: TIMEOUT, ESOCKET: { zh: '连接失败', en: 'the connection failed' },
  EHOSTUNREACH: { zh: '主机不可达', en: 'the host can not be reached' }, ENETUNREACH: { zh: '网络不可达', en: 'the network can not be reached' }, ENOTFOUND: NO_HOST, EDNS: NO_HOST,
  EAI_AGAIN: { zh: '主机名此刻无法解析', en: 'the host\'s name can not be looked up now' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { zh: '对方的证书是自签名的（可用 NODE_EXTRA_CA_CERTS 让中心信任它）', en: 'its certificate is self-signed (NODE_EXTRA_CA_CERTS makes the hub trust it)' },
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY, UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: { zh: '对方的证书已过期', en: 'its certificate has expired' }, ERR_TLS_CERT_ALTNAME_INVALID: { zh: '对方的证书是给别的名字的', en: 'its certificate is for another name' },
};

/** What went wrong while talking to a receiver, in words; never a url's path or key, which node's own messages don't hold either. */
export function failureWords(error: unknown): Label {
  if (error instanceof UnsafeAddressError) return error.words;
  if (!(error instanceof Error)) return { zh: '没有成功', en: 'it failed' };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return TIMEOUT;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return SOCKET_WORDS[code] ?? (code === '' ? { zh: '读不懂对方的应答', en: 'the answer could not be read' } : { zh: `没有成功（${code}）`, en: `it failed (${code})` });
}
