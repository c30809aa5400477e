import { lookup } from 'node:dns/promises';
import type { Label } from '@liandong/protocols';
import ipaddr from 'ipaddr.js';

/** An address a connection may be made to; what it was checked as is what is connected to. */
export interface CheckedAddress { readonly address: string; readonly family: 4 | 6 }
/** All addresses of a host name. Throws what the system's resolver throws, such as ENOTFOUND. */
export type Resolve = (hostname: string) => Promise<readonly { address: string }[]>;
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/** Why a url is not called; its words are for people and name no path or key of the url. */
export class UnsafeAddressError extends Error {
  override readonly name = 'UnsafeAddressError';

  constructor(readonly words: Label) {
    super(words.en);
  }
}

const PRIVATE: Label = { zh: '内网地址', en: 'a private address' };
const RESERVED: Label = { zh: '保留地址', en: 'a reserved address' };
const WORDS: Readonly<Record<string, Label>> = {
  unspecified: { zh: '未指定的地址', en: 'an unspecified address' }, loopback: { zh: '本机', en: 'this machine itself' }, private: PRIVATE, uniqueLocal: PRIVATE, deprecatedSiteLocal: PRIVATE,
  linkLocal: { zh: '链路本地地址，云主机的元数据就在那里', en: 'a link-local address, where clouds keep their metadata' }, carrierGradeNat: { zh: '运营商 NAT 后面的地址', en: 'an address behind a carrier\'s NAT' },
  multicast: { zh: '组播地址', en: 'a multicast address' }, broadcast: { zh: '广播地址', en: 'a broadcast address' },
};
/** Where Azure's machines find their metadata; in a public range. */
const METADATA = ['168.63.129.16'];
/** All of IPv6 that is handed out for the internet (RFC 4291, 2.4; IANA). What else looks like unicast embeds IPv4 addresses or is reserved. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** What is wrong with a numeric address as a public one, in words; undefined when nothing is. Only plain global unicast is right: tunnels and mappings hide other addresses. */
export function addressFault(address: string): Label | undefined {
  if (!ipaddr.isValid(address)) return { zh: '无效的地址', en: 'no address at all' };
  const parsed = ipaddr.parse(address);
  if (METADATA.includes(parsed.toString())) return { zh: '云主机元数据的地址', en: 'an address of cloud metadata' };
  const range = parsed.range();
  if (range !== 'unicast') return WORDS[range] ?? RESERVED;
  return parsed.kind() === 'ipv6' && !parsed.match(GLOBAL_V6) ? RESERVED : undefined;
}

/**
 * The addresses behind a url's host, every one of them checked. A name may answer differently next time, so connect to these and look nothing up again.
 * `new URL` has already turned decimal, octal, hex and full-width spellings of IPv4 into dotted ones.
 * @throws UnsafeAddressError; and what `resolve` throws
 */
export async function checkedAddresses(url: URL, { allowPrivate, resolve }: { allowPrivate: boolean; resolve: Resolve }): Promise<CheckedAddress[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UnsafeAddressError({ zh: '只能访问 http 和 https 地址', en: 'only http and https addresses are called' });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const found = ipaddr.isValid(host) ? [{ address: host }] : await resolve(host);
  if (found.length === 0) throw new UnsafeAddressError({ zh: `${host} 没有地址`, en: `${host} has no address` });
  for (const { address } of found) {
    const fault = addressFault(address);
    if (fault !== undefined && !allowPrivate) throw new UnsafeAddressError({ zh: `${host} 是${fault.zh}；需要时由管理员允许内网地址`, en: `${host} is ${fault.en}; an admin may allow that with allowPrivate` });
  }
  return found.map(({ address }) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
