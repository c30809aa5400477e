import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

/** An address a connection may be made to; what it was checked as is what is connected to. */
export interface CheckedAddress { readonly address: string; readonly family: 4 | 6 }
/** All addresses of a host name. Throws what the system's resolver throws, such as ENOTFOUND. */
export type Resolve = (hostname: string) => Promise<readonly { address: string }[]>;
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/** Why a url is not called; its message is for people and names no path or key of the url. */
export class UnsafeAddressError extends Error {
  override readonly name = 'UnsafeAddressError';
}

const WORDS: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified address', loopback: 'this machine itself', private: 'a private address', uniqueLocal: 'a private address', deprecatedSiteLocal: 'a private address',
  linkLocal: 'a link-local address, where clouds keep their metadata', carrierGradeNat: 'an address behind a carrier\'s NAT', multicast: 'a multicast address', broadcast: 'a broadcast address',
};
/** Where Azure's machines find their metadata; in a public range. */
const METADATA = ['168.63.129.16'];
/** All of IPv6 that is handed out for the internet (RFC 4291, 2.4; IANA). What else looks like unicast embeds IPv4 addresses or is reserved. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** What is wrong with a numeric address as a public one, in words; undefined when nothing is. Only plain global unicast is right: tunnels and mappings hide other addresses. */
export function addressFault(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'no address at all';
  const parsed = ipaddr.parse(address);
  if (METADATA.includes(parsed.toString())) return 'an address of cloud metadata';
  const range = parsed.range();
  if (range !== 'unicast') return WORDS[range] ?? 'a reserved address';
  return parsed.kind() === 'ipv6' && !parsed.match(GLOBAL_V6) ? 'a reserved address' : undefined;
}

/**
 * The addresses behind a url's host, every one of them checked. A name may answer differently next time, so connect to these and look nothing up again.
 * `new URL` has already turned decimal, octal, hex and full-width spellings of IPv4 into dotted ones.
 * @throws UnsafeAddressError; and what `resolve` throws
 */
export async function checkedAddresses(url: URL, { allowPrivate, resolve }: { allowPrivate: boolean; resolve: Resolve }): Promise<CheckedAddress[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UnsafeAddressError('only http and https addresses are called');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const found = ipaddr.isValid(host) ? [{ address: host }] : await resolve(host);
  if (found.length === 0) throw new UnsafeAddressError(`${host} has no address`);
  for (const { address } of found) {
    const fault = addressFault(address);
    if (fault !== undefined && !allowPrivate) throw new UnsafeAddressError(`${host} is ${fault}; an admin may allow that with allowPrivate`);
  }
  return found.map(({ address }) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
