import { UnsafeAddressError } from './safe-address.js';

const SOCKET_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused', ECONNRESET: 'the connection was cut', EPIPE: 'the connection was cut', ETIMEDOUT: 'no answer in time', ESOCKET: 'the connection failed',
  EHOSTUNREACH: 'the host can not be reached', ENETUNREACH: 'the network can not be reached', ENOTFOUND: 'no such host', EDNS: 'no such host', EAI_AGAIN: 'the host\'s name can not be looked up now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed (NODE_EXTRA_CA_CERTS makes the hub trust it)', SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an unknown authority (NODE_EXTRA_CA_CERTS makes the hub trust it)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an unknown authority (NODE_EXTRA_CA_CERTS makes the hub trust it)', CERT_HAS_EXPIRED: 'its certificate has expired', ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** What went wrong while talking to a receiver, in words; never a url's path or key, which node's own messages don't hold either. */
export function failureWords(error: unknown): string {
  if (error instanceof UnsafeAddressError) return error.message;
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return SOCKET_WORDS[code] ?? (code === '' ? 'the answer could not be read' : `it failed (${code})`);
}
