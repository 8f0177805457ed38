import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeImage } from './decode.js';

const drawn = () =>
  sharp({ create: { width: 8, height: 6, channels: 3, background: { r: 200, g: 100, b: 50 } } });

it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s', async format => {
  expect(await decodeImage(await drawn().toFormat(format).toBuffer())).toMatchObject({ width: 8, height: 6 });
});

it('refuses SVG, which is a program and may run for minutes', async () => {
  for (const head of ['', '<?xml version="1.0"?>', '\n<!-- -->', '\uFEFF'])
    await expect(
      decodeImage(Buffer.from(`${head}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`)),
    ).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' });
});

it('says of nothing that it is nothing, and of a wrong limit that it is wrong', async () => {
  await expect(decodeImage(new Uint8Array())).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  const png = await drawn().png().toBuffer();
  await expect(decodeImage(png, { maxPixels: Number.NaN })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(decodeImage(png, { maxPixels: 47 })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
});
