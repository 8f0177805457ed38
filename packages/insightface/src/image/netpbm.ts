// Binary PGM and PPM (P5, P6; netpbm.sourceforge.net/doc/pgm.html), which libvips' ready builds leave out and face data
// sets of old come in: a header of words and comments, then samples of one byte, or two with the high byte first.
import { InsightFaceError } from '../errors.js';
import { createImage, type Image } from './image.js';

/** Whether the bytes begin as a binary PGM or PPM does. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && (bytes[1] === 0x35 || bytes[1] === 0x36) && isBlank(bytes[2]);
}

/**
 * Decodes a binary PGM or PPM. Grey is repeated in all three channels; other depths are scaled to 8 bits.
 * @throws InsightFaceError `IMAGE_INVALID` for a header that does not read or missing samples, `IMAGE_TOO_LARGE`.
 */
export function decodeNetpbm(bytes: Uint8Array, maxPixels: number): Image {
  const channels = bytes[1] === 0x36 ? 3 : 1;
  let at = 2;
  const number = (): number => {
    while (isBlank(bytes[at]) || bytes[at] === 0x23) {
      const comment = bytes[at] === 0x23;
      at++;
      while (comment && at < bytes.length && bytes[at] !== 0x0a) at++;
    }
    let value = 0;
    const from = at;
    for (let digit = bytes[at]; digit !== undefined && digit >= 0x30 && digit <= 0x39; digit = bytes[++at])
      value = value * 10 + digit - 0x30;
    if (at === from || at > from + 9) throw invalid('its header does not read');
    return value;
  };
  const [width, height, most] = [number(), number(), number()];
  if (!isBlank(bytes[at++]) || width < 1 || height < 1 || most < 1 || most > 65535)
    throw invalid('its header does not read');
  if (width * height > maxPixels)
    throw new InsightFaceError(
      'IMAGE_TOO_LARGE',
      `The image has ${width}x${height} pixels, more than the ${maxPixels} that are allowed.`,
    );
  const size = most > 255 ? 2 : 1;
  if (bytes.length - at < width * height * channels * size) throw invalid('samples are missing at its end');
  const image = createImage(width, height);
  for (let i = 0; i < image.data.length; i++) {
    const place = at + (channels === 3 ? i : Math.floor(i / 3)) * size;
    const sample = size === 2 ? bytes[place]! * 256 + bytes[place + 1]! : bytes[place]!;
    image.data[i] = most === 255 ? sample : Math.round((Math.min(sample, most) * 255) / most);
  }
  return image;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function invalid(why: string): InsightFaceError {
  return new InsightFaceError('IMAGE_INVALID', `This is no readable PGM or PPM image: ${why}.`);
}
