// The face that a picture of one person is of, as the default detector finds it. For tests only.
import type { Detection, Detector } from '../detection/detector.js';
import { createDetector } from '../detection/index.js';
import type { Image } from '../image/image.js';
import { packModel } from './pack-models.js';

/** The default pack's detector. */
export async function openDetector(): Promise<Detector> {
  const { spec, sessions } = await packModel('open', 'detection');
  return createDetector(spec, sessions);
}

/** The detection whose centre is nearest to the picture's. */
export async function centralFace(detector: Detector, image: Image): Promise<Detection | undefined> {
  const offset = ({ bbox: [x1, y1, x2, y2] }: Detection) =>
    Math.hypot((x1 + x2 - image.width) / 2, (y1 + y2 - image.height) / 2);
  return (await detector.detect(image)).sort((a, b) => offset(a) - offset(b))[0];
}
