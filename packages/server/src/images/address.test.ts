import { describe, expect, it } from 'vitest';
import { isInsideAddress } from './address.js';

describe('isInsideAddress', () => {
  it.each([
    ...['127.0.0.1', '127.255.255.255', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.0.8'],
    ...[
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::7f00:1',
      'fe80::1',
      'fe80::1%eth0',
      'fc00::1',
    ],
    ...[
      'fd12:3456::1',
      'ff02::1',
      '2002:7f00:1::',
      '2001:db8::1',
      '2001::1',
      'localhost',
      '',
      '0177.0.0.1',
      '1',
    ],
  ])('refuses %s', address => {
    expect(isInsideAddress(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'lets %s pass',
    address => {
      expect(isInsideAddress(address)).toBe(false);
    },
  );
});
