// Where a process can be reached: the address it shows towards a host, and ports nobody uses.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { TorchError } from '../errors.js';

/**
 * This machine's address on the way to a host. No packet is sent: a datagram socket is only bound towards it.
 * The address of GLOO_SOCKET_IFNAME's interface (PyTorch's variable), where it is set.
 * @throws INVALID_ARGUMENT when the host has no address, or there is no such interface.
 */
export async function addressTowards(host: string): Promise<string> {
  const name = process.env['GLOO_SOCKET_IFNAME'];
  if (name) return addressOf(name);
  const { address, family } = await lookup(host).catch((cause: unknown) => {
    throw new TorchError('INVALID_ARGUMENT', `The host ${host} has no address; check MASTER_ADDR.`, {
      cause,
    });
  });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(9, address, resolve);
    });
    return socket.address().address;
  } catch (cause) {
    throw new TorchError('INVALID_ARGUMENT', `No network leads to ${host} (${address}); check MASTER_ADDR.`, {
      cause,
    });
  } finally {
    socket.close();
  }
}

/** A TCP port that is free on this machine now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, resolve);
  });
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port');
  return address.port;
}

function addressOf(name: string): string {
  const addresses = networkInterfaces()[name] ?? [];
  const found = addresses.find(({ family }) => family === 'IPv4') ?? addresses[0];
  if (found) return found.address;
  const known = Object.keys(networkInterfaces()).join(', ');
  throw new TorchError(
    'INVALID_ARGUMENT',
    `GLOO_SOCKET_IFNAME=${name} is no network interface with an address; this machine has ${known}.`,
  );
}
