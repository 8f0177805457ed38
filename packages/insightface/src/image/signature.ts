// The formats that are decoded, by their first bytes. libvips reads more of them, such as SVG, which is a program that draws:
// a few hundred bytes keep it busy for minutes.

const signatures: readonly (readonly [at: number, bytes: readonly number[]])[] = [
  // JPEG
  [0, [0xff, 0xd8]],
  // PNG
  [0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  // GIF8
  [0, [0x47, 0x49, 0x46, 0x38]],
  // WEBP, after RIFF and a length
  [8, [0x57, 0x45, 0x42, 0x50]],
  // TIFF and BigTIFF, both byte orders
  [0, [0x49, 0x49, 0x2a, 0x00]],
  [0, [0x4d, 0x4d, 0x00, 0x2a]],
  [0, [0x49, 0x49, 0x2b, 0x00]],
  [0, [0x4d, 0x4d, 0x00, 0x2b]],
  // ftyp of AVIF
  [4, [0x66, 0x74, 0x79, 0x70]],
];

/** Whether the bytes begin as a picture of a format that is decoded by libvips here. */
export function isPicture(bytes: Uint8Array): boolean {
  return signatures.some(([at, wanted]) => wanted.every((byte, index) => bytes[at + index] === byte));
}
