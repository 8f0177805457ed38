// Damaged and absurd files, made from pictures that are drawn here: the same 500 for the same seed.
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The usual small generator, so that a failure can be made again. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` images: sound but odd ones first, then cut, flipped and mislabelled ones. */
export async function hostileImages(count: number, seed = 1): Promise<HostileFile[]> {
  const random = mulberry32(seed);
  const sound = await soundImages(random);
  const files = [...sound, ...absurdImages(sound)];
  const mutable = sound.filter(file => file.bytes.length > 100);
  for (let index = 0; files.length < count; index++) {
    const base = mutable[index % mutable.length] as HostileFile;
    files.push(mutate(base, random));
  }
  return files.slice(0, count);
}

/** A cut, a burst of flipped bits, a hole of zeros, or a doubled middle. */
export function mutate({ name, bytes }: HostileFile, random: () => number): HostileFile {
  const at = Math.floor(random() * bytes.length);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return { name: `cut-${at}-${name}`, bytes: bytes.slice(0, at) };
  // A Buffer's own slice would be a view of the original.
  const copy = Uint8Array.from(bytes);
  if (kind === 1) {
    const flips = 1 + Math.floor(random() * 20);
    for (let flip = 0; flip < flips; flip++) {
      const place = Math.floor(random() * copy.length);
      copy[place] = (copy[place] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    return { name: `flip-${flips}-${at}-${name}`, bytes: copy };
  }
  if (kind === 2) {
    copy.fill(0, at, Math.min(copy.length, at + Math.floor(random() * 200)));
    return { name: `hole-${at}-${name}`, bytes: copy };
  }
  return { name: `double-${at}-${name}`, bytes: Buffer.concat([bytes.slice(0, at), bytes]) };
}

async function soundImages(random: () => number): Promise<HostileFile[]> {
  const width = 320;
  const height = 240;
  const noise = Buffer.from(Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256)));
  const picture = () => sharp(noise, { raw: { width, height, channels: 3 } }).blur(3);
  const frames = Buffer.concat([noise, noise.map(value => 255 - value)]);
  const files: [string, Promise<Buffer>][] = [
    ['plain.jpg', picture().jpeg().toBuffer()],
    ['progressive.jpg', picture().jpeg({ progressive: true }).toBuffer()],
    ['turned.jpg', picture().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['cmyk.jpg', picture().toColourspace('cmyk').jpeg().toBuffer()],
    ['grey.jpg', picture().greyscale().jpeg().toBuffer()],
    ['plain.png', picture().png().toBuffer()],
    ['alpha.png', picture().ensureAlpha(0.5).png().toBuffer()],
    ['palette.png', picture().png({ palette: true }).toBuffer()],
    ['deep.png', picture().toColourspace('rgb16').png().toBuffer()],
    ['plain.webp', picture().webp().toBuffer()],
    ['plain.tiff', picture().tiff().toBuffer()],
    ['deep.tiff', picture().toColourspace('rgb16').tiff().toBuffer()],
    ['plain.avif', picture().avif({ effort: 0 }).toBuffer()],
    [
      'animated.gif',
      sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
        .gif()
        .toBuffer(),
    ],
    [
      'animated.webp',
      sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
        .webp()
        .toBuffer(),
    ],
    [
      'one-pixel.png',
      sharp({ create: { width: 1, height: 1, channels: 3, background: '#808080' } })
        .png()
        .toBuffer(),
    ],
    [
      'one-row.png',
      sharp({ create: { width: 9000, height: 1, channels: 3, background: '#808080' } })
        .png()
        .toBuffer(),
    ],
    [
      'one-column.jpg',
      sharp({ create: { width: 1, height: 9000, channels: 3, background: '#808080' } })
        .jpeg()
        .toBuffer(),
    ],
  ];
  return Promise.all(files.map(async ([name, bytes]) => ({ name, bytes: await bytes })));
}

function absurdImages(sound: readonly HostileFile[]): HostileFile[] {
  const text = (name: string, content: string) => ({ name, bytes: Buffer.from(content) });
  const [jpeg] = sound;
  return [
    { name: 'empty.jpg', bytes: new Uint8Array(0) },
    { name: 'one-byte.jpg', bytes: new Uint8Array([0xff]) },
    { name: 'zeros.png', bytes: new Uint8Array(100_000) },
    text('text.jpg', 'This is no picture.'),
    text('page.html', '<!doctype html><p>404</p>'),
    text(
      'drawing.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>',
    ),
    text(
      'bomb.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"><rect width="99999" height="99999"/></svg>',
    ),
    text('document.pdf', '%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF'),
    { name: 'bomb-30000.png', bytes: pngBomb(30_000, 30_000) },
    { name: 'bomb-10000.png', bytes: pngBomb(10_000, 10_000) },
    { name: 'large-8900.png', bytes: pngBomb(8900, 8900) },
    { name: 'long-60000.png', bytes: pngBomb(60_000, 1000) },
    { name: 'lying-header.png', bytes: pngBomb(2_000_000_000, 2_000_000_000) },
    { name: 'zero-size.png', bytes: pngBomb(0, 10) },
    {
      name: 'picture-and-more.jpg',
      bytes: Buffer.concat([jpeg?.bytes ?? new Uint8Array(), Buffer.alloc(1_000_000, 0x5a)]),
    },
  ];
}

/** A PNG of few bytes that claims, and for sane sizes truly holds, this many pixels. */
function pngBomb(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8 + body.length);
    frame.writeUInt32BE(data.length, 0);
    body.copy(frame, 4);
    frame.writeUInt32BE(crc(body), 4 + body.length);
    return frame;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rowBytes = Math.ceil(width / 8) + 1;
  const pixels =
    rowBytes * height <= 200_000_000 ? deflateSync(Buffer.alloc(rowBytes * height)) : Buffer.alloc(10);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

let crcTable: Uint32Array | undefined;

function crc(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let value = 0xffffffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
