// Images of any size to the size a network takes.
import { createImage, type Image, resizeSmoothly, type Size } from 'insightface-ts';

/** Pixels: no network takes more, and a damaged file must not ask for any memory. */
export const largestSide = 4096;

/** The whole image in the middle of `size`, its proportions kept, black beside it. Of that size already: itself. */
export function fitImage(image: Image, { width, height }: Size): Image {
  if (image.width === width && image.height === height) return image;
  const scale = Math.min(width / image.width, height / image.height);
  const inner = resizeSmoothly(
    image,
    Math.max(1, Math.min(width, Math.round(image.width * scale))),
    Math.max(1, Math.min(height, Math.round(image.height * scale))),
  );
  if (inner.width === width && inner.height === height) return inner;
  const fitted = createImage(width, height);
  const left = (width - inner.width) >> 1;
  const top = (height - inner.height) >> 1;
  for (let y = 0; y < inner.height; y++)
    fitted.data.set(
      inner.data.subarray(y * inner.width * 3, (y + 1) * inner.width * 3),
      ((top + y) * width + left) * 3,
    );
  return fitted;
}
