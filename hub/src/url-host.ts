/** A listening host as it stands in an address that this machine can open: IPv6 in brackets, "everywhere" as loopback. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  const plain = host.replace(/^\[|\]$/g, '');
  if (plain === '::' || plain === '0:0:0:0:0:0:0:0') return '[::1]';
  return plain.includes(':') ? `[${plain}]` : plain;
}
