import type { Affine, Image } from 'insightface-ts';

/**
 * The map from image to image that turns by `degrees` (clockwise) and scales about the centre, then shifts by pixels.
 */
export function aboutCenter(
  { width, height }: Pick<Image, 'width' | 'height'>,
  {
    degrees = 0,
    scale = 1,
    shift = [0, 0],
  }: { degrees?: number; scale?: number; shift?: readonly [number, number] },
): Affine {
  const angle = (degrees * Math.PI) / 180;
  const cosine = scale * Math.cos(angle);
  const sine = scale * Math.sin(angle);
  const x = (width - 1) / 2;
  const y = (height - 1) / 2;
  return [
    cosine,
    -sine,
    x - cosine * x + sine * y + shift[0],
    sine,
    cosine,
    y - sine * x - cosine * y + shift[1],
  ];
}
