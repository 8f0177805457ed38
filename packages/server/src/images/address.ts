// Addresses that a server must never be talked into asking: its own network. Registries: IANA special-purpose address
// registries for IPv4 (RFC 6890 and later) and IPv6.
import { BlockList, isIP } from 'node:net';

const ranges4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
/** All but global unicast 2000::/3; within it, what carries IPv4 addresses or is for documentation. */
const ranges6 = [
  ...['::/3', '4000::/2', '8000::/1'],
  ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
];

const inside4 = blockList(ranges4, 'ipv4');
const inside6 = blockList(ranges6, 'ipv6');

/** True for every address that is not one of the public internet, and for what is no address. */
export function isInsideAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return inside4.check(address, 'ipv4');
    case 6:
      return inside6.check(address.split('%')[0] ?? '', 'ipv6');
    default:
      return true;
  }
}

function blockList(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
