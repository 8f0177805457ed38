// Which faces an upper limit keeps, as InsightFace's SCRFD.detect decides it.
import type { Image } from '../image/image.js';
import type { Detection } from './detector.js';

/** `max`: the largest faces. `default`: large faces near the middle (area less twice the squared distance to it). */
export type SelectionMetric = 'default' | 'max';

/**
 * At most `maxNum` faces, by falling value of the metric; all of them in their own order when there are no more than
 * that or `maxNum` is 0.
 */
export function selectFaces<D extends Detection>(
  detections: readonly D[],
  maxNum: number,
  metric: SelectionMetric,
  image: Pick<Image, 'width' | 'height'>,
): D[] {
  if (maxNum <= 0 || detections.length <= maxNum) return [...detections];
  const centerX = Math.floor(image.width / 2);
  const centerY = Math.floor(image.height / 2);
  const value = ({ bbox: [x1, y1, x2, y2] }: Detection): number => {
    const area = (x2 - x1) * (y2 - y1);
    if (metric === 'max') return area;
    return area - 2 * (((x1 + x2) / 2 - centerX) ** 2 + ((y1 + y2) / 2 - centerY) ** 2);
  };
  return [...detections].sort((a, b) => value(b) - value(a)).slice(0, maxNum);
}
