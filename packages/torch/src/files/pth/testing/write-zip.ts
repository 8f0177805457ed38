// A plain zip writer for tests, also with the 64-bit records that archives above 4 GB have (APPNOTE 4.3.14, 4.5.3).
import { crc32 } from 'node:zlib';

const unknown32 = 0xffffffff;

/** Stored entries; `zip64` puts all sizes and places into 64-bit records, `checksum` replaces the right one. */
export function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  options: { readonly zip64?: boolean; readonly checksum?: number; readonly method?: number } = {},
): Uint8Array {
  const zip64 = options.zip64 ?? false;
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  for (const [name, bytes] of files) {
    const common = Buffer.concat([
      u16(45),
      u16(0),
      u16(options.method ?? 0),
      u32(0),
      u32(options.checksum ?? crc32(bytes)),
      ...[bytes.length, bytes.length].map(size => u32(zip64 ? unknown32 : size)),
      u16(name.length),
    ]);
    const sizes = Buffer.concat([u64(bytes.length), u64(bytes.length)]);
    const localExtra = zip64 ? Buffer.concat([u16(1), u16(16), sizes]) : Buffer.alloc(0);
    const extra = zip64 ? Buffer.concat([u16(1), u16(24), sizes, u64(position)]) : Buffer.alloc(0);
    const local = Buffer.concat([
      u32(0x04034b50),
      common,
      u16(localExtra.length),
      Buffer.from(name),
      localExtra,
      bytes,
    ]);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(45),
        common,
        u16(extra.length),
        Buffer.alloc(10),
        u32(zip64 ? unknown32 : position),
        Buffer.from(name),
        extra,
      ]),
    );
    parts.push(local);
    position += local.length;
  }
  const central = Buffer.concat(directory);
  const end64 = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45),
    u16(45),
    u32(0),
    u32(0),
    u64(files.size),
    u64(files.size),
    u64(central.length),
    u64(position),
    ...[u32(0x07064b50), u32(0), u64(position + central.length), u32(1)],
  ]);
  const end = Buffer.concat([
    u32(0x06054b50),
    u32(0),
    ...[files.size, files.size].map(count => u16(zip64 ? 0xffff : count)),
    u32(zip64 ? unknown32 : central.length),
    u32(zip64 ? unknown32 : position),
    u16(0),
  ]);
  return Buffer.concat([...parts, central, ...(zip64 ? [end64] : []), end]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
