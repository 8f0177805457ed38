// Damaged and absurd zip archives, as a pack's address might serve them.
import { crc32, deflateRawSync } from 'node:zlib';
import { type HostileFile, mutate } from './hostile-files.js';
import { mulberry32 } from './random.js';

interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  readonly mode?: number;
  readonly crc?: number;
  readonly size?: number;
}

/** `count` archives that should hold `model.onnx`; the first one does. */
export function hostileArchives(model: Uint8Array, count: number, seed = 3): HostileFile[] {
  const random = mulberry32(seed);
  const good: Entry = { name: 'model.onnx', data: model };
  const sound: HostileFile = { name: 'sound.zip', bytes: zip([good]) };
  const bomb = new Uint8Array(100_000_000);
  const files = [
    sound,
    { name: 'bomb.zip', bytes: zip([{ name: 'model.onnx', data: bomb, deflate: true }]) },
    { name: 'lying-bomb.zip', bytes: zip([{ name: 'model.onnx', data: bomb, deflate: true, size: 1000 }]) },
    {
      name: 'many-bombs.zip',
      bytes: zip(
        new Array<Entry>(50).fill({ name: 'model.onnx', data: bomb.subarray(0, 2_000_000), deflate: true }),
      ),
    },
    { name: 'path-up.zip', bytes: zip([good, { name: '../../outside.txt', data: model }]) },
    { name: 'path-absolute.zip', bytes: zip([good, { name: '/tmp/outside.txt', data: model }]) },
    { name: 'path-backslash.zip', bytes: zip([good, { name: '..\\outside.txt', data: model }]) },
    {
      name: 'symbolic-link.zip',
      bytes: zip([{ name: 'model.onnx', data: Buffer.from('/etc/passwd'), mode: 0o120777 }]),
    },
    { name: 'twice.zip', bytes: zip([good, { ...good, data: Buffer.from('another') }]) },
    { name: 'wrong-crc.zip', bytes: zip([{ ...good, crc: 1 }]) },
    { name: 'without-model.zip', bytes: zip([{ name: 'readme.txt', data: Buffer.from('Hello') }]) },
    { name: 'no-entries.zip', bytes: zip([]) },
    { name: 'claims-4-gb.zip', bytes: zip([{ ...good, size: 0xfffffffe }]) },
    { name: 'nothing.zip', bytes: new Uint8Array() },
    { name: 'text.zip', bytes: Buffer.from('<!doctype html><p>404</p>') },
    { name: 'model-not-zip.zip', bytes: model },
  ];
  while (files.length < count) files.push(mutate(sound, random));
  return files.slice(0, count);
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
function zip(entries: readonly Entry[]): Uint8Array {
  const bodies: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const {
    name,
    data,
    deflate = false,
    mode = 0o100644,
    crc = crc32(data),
    size = data.length,
  } of entries) {
    const packed = deflate ? deflateRawSync(data) : data;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, Buffer.from(name));
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
    bodies.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}
