import { describe, expect, it } from 'vitest';
import { addressFault, checkedAddresses, UnsafeAddressError, type Resolve } from '../../src/notifications/safe-address.js';

const unknownHost: Resolve = async () => { throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }); };
const resolving = (...addresses: string[]): Resolve => async () => addresses.map((address) => ({ address }));
const check = (url: string, resolve: Resolve = unknownHost, allowPrivate = false) => checkedAddresses(new URL(url), { allowPrivate, resolve });

describe('a numeric address', () => {
  it.each([
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', 'fec0::1'],
    ['link-local and metadata', '169.254.0.1', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', '168.63.129.16', '100.100.100.200'],
    ['carrier-grade NAT', '100.64.0.1', '100.127.255.255'],
    ['multicast and broadcast', '224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1'],
    ['unspecified', '0.0.0.0', '0.1.2.3', '::'],
    ['IPv4 in disguise', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1'],
    ['reserved', '192.0.2.1', '198.18.0.1', '203.0.113.9', '240.0.0.1', '192.0.0.8', '2001:db8::1', '100::1', '5f00::1', '4000::1'],
    ['no address', 'nonsense', ''],
  ])('that is %s is refused', (_kind, ...addresses) => {
    for (const address of addresses) expect([address, typeof addressFault(address)?.zh]).toEqual([address, 'string']);
  });

  it.each(['1.1.1.1', '172.15.255.255', '172.32.0.1', '100.63.255.255', '100.128.0.1', '169.253.1.1', '192.167.1.1', '2606:4700::1111', '2400:3200::1'])('that is public is fine: %s', (address) => {
    expect(addressFault(address)).toBeUndefined();
  });
});

describe('a url', () => {
  it.each([
    'http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0x7f.1/', 'http://017700000001/', 'http://127.1/', 'http://①②⑦.0.0.1/', 'https://[::1]/', 'https://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', 'http://0/', 'http://user:pass@10.0.0.1:8080/x',
  ])('that spells a forbidden address is refused without a look-up: %s', async (url) => {
    await expect(check(url)).rejects.toBeInstanceOf(UnsafeAddressError);
  });

  it('is refused when only one of its name\'s addresses is forbidden', async () => {
    await expect(check('https://hook.example/', resolving('1.1.1.1', '10.0.0.1'))).rejects.toThrow('hook.example is a private address');
    await expect(check('https://hook.example/', resolving('1.1.1.1', '::1'))).rejects.toThrow('this machine itself');
    await expect(check('https://hook.example/', resolving())).rejects.toThrow('no address');
  });

  it('gives the addresses that were checked, for the connection to use', async () => {
    expect(await check('https://hook.example/', resolving('1.1.1.1', '2606:4700::1'))).toEqual([{ address: '1.1.1.1', family: 4 }, { address: '2606:4700::1', family: 6 }]);
    expect(await check('http://1.1.1.1:8080/')).toEqual([{ address: '1.1.1.1', family: 4 }]);
  });

  it('may be anywhere once an admin allows it, but on http and https only', async () => {
    expect(await check('http://10.1.2.3/', unknownHost, true)).toEqual([{ address: '10.1.2.3', family: 4 }]);
    for (const url of ['ftp://1.1.1.1/', 'file:///etc/passwd', 'gopher://1.1.1.1/', 'data:,x']) await expect(check(url, unknownHost, true)).rejects.toThrow('only http and https');
  });

  it('of a name that does not exist fails as the resolver says', async () => {
    await expect(check('https://nowhere.example/')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('names no path and no key in what it says', async () => {
    await expect(check('http://10.0.0.1/send?key=secret')).rejects.toThrow(/^(?!.*secret)/);
  });
});
