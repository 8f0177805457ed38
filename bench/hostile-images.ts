// Damaged and absurd pictures, made from some that are drawn here: the same for the same seed.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { type HostileFile, mutate } from './hostile-files.js';
import { mulberry32 } from './random.js';

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
    frame.writeUInt32BE(crc32(body), 4 + body.length);
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
