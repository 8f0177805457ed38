// Ultra-Light: a network with a small picture and its prior boxes built in; it answers with corners in 0..1
// (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB). Faces of less than about 20 of its pixels get
// a second look: where the first one saw a hint of a face, a window is shown to the network enlarged.
import type { Image } from '../image/image.js';
import { letterbox } from '../image/letterbox.js';
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import { Candidates } from './candidates.js';
import type { Detection, DetectOptions, Detector, Size, UprightScores } from './detector.js';
import { Network } from './network.js';
import { nms, strongest } from './nms.js';
import { defaultThreshold, type FamilyDefaults, readSettings, readSizes } from './settings.js';
import { cropWindow, tiles, type Window, windowsAround } from './windows.js';

/** Faces below this width, in pixels of the network, may be missed: those an enlarged window is for. */
const smallWidth = 24;
/** Lowest score that makes the network look again; noise stays below 0.1. */
const hintScore = 0.15;
/** How much a second look enlarges, and how many windows it takes at most. */
const enlargement = 3;
const mostWindows = 12;

/**
 * Ultra-Light's own overlap: at 0.4 a second box beside the face may stay, and pass for the largest (3 of the 4,992
 * photos of LFW View 1).
 */
const defaults: FamilyDefaults = { detThresh: 0.65, nmsThresh: 0.3 };
/**
 * Measured on LFW View 1: none of its 4,992 photos is turned, and of 416 of them turned by 90, 180 and 270 degrees 98, 93
 * and 98 % are put right; without the look at four ways, 4 are turned, and 91, 75 and 90 % put right.
 */
const upright: UprightScores = { sure: 0.999994, margin: 4, fourWays: true };

/**
 * A detector of the Ultra-Light family: outputs `[1, N, 2]` scores (no face, face) and `[1, N, 4]` boxes. `detSize` may
 * be larger than the network's picture: the photo is then seen whole, and in overlapping tiles up to that size.
 * @throws InsightFaceError `MODEL_INVALID` when the graph has other outputs or does not fix the size of its picture.
 */
export function createUltralight(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const network = new Network(spec, sessions);
  const { fixedSize } = network;
  if (!fixedSize) throw network.invalid('the size of its picture is not fixed');
  if (network.outputs.length !== 2)
    throw network.invalid(`it has ${network.outputs.length} outputs instead of 2`);
  const { width, height } = fixedSize;

  /** Adds the faces, up to a width in the network's pixels, that it sees in a window; in pixels of the photo. */
  async function look(
    image: Image,
    { window, widest }: Look,
    threshold: number,
    into: Candidates,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { image: picture, scale } = letterbox(cropWindow(image, window), width, height);
    const outputs = await network.run([picture], signal);
    const rows = outputs.rows(2);
    const scores = outputs.withColumns(2, rows);
    const boxes = outputs.withColumns(4, rows);
    for (let row = 0; row < rows; row++) {
      const score = scores[row * 2 + 1] as number;
      if (!(score >= threshold)) continue;
      const x1 = ((boxes[row * 4] as number) * width) / scale;
      const y1 = ((boxes[row * 4 + 1] as number) * height) / scale;
      const x2 = ((boxes[row * 4 + 2] as number) * width) / scale;
      const y2 = ((boxes[row * 4 + 3] as number) * height) / scale;
      if ((x2 - x1) * scale > widest || isCut(window, image, x1, y1, x2, y2)) continue;
      into.add(score, window.left + x1, window.top + y1, window.left + x2, window.top + y2);
    }
  }

  return {
    family: spec.family,
    detThresh: defaultThreshold(spec, defaults),
    upright,
    async detect(image: Image, options: DetectOptions = {}): Promise<Detection[]> {
      const settings = readSettings(spec, options, defaults);
      const { detThresh, nmsThresh, signal } = settings;
      const sizes = readSizes(options.detSize, 1);
      const whole = { window: { left: 0, top: 0, width: image.width, height: image.height }, widest: width };
      const seen = new Candidates({ points: false });
      await look(image, whole, sizes ? detThresh : Math.min(hintScore, detThresh), seen, signal);
      const found = new Candidates({ points: false });
      const kept = nms(seen, nmsThresh);
      for (const index of kept) if ((seen.scores[index] as number) >= detThresh) found.addFrom(seen, index);
      const scale = Math.min(width / image.width, height / image.height);
      const looks = sizes
        ? sizes.flatMap(size => tilesUpTo(size, image, fixedSize))
        : secondLook(seen, kept, image, fixedSize, scale);
      // Many windows are many chances to be wrong: there the network has to be surer.
      for (const closer of looks) await look(image, closer, (1 + detThresh) / 2, found, signal);
      return strongest(found, nmsThresh);
    },
    dispose: () => network.dispose(),
  };
}

/** Where to look, and how wide a face may be there, in the network's pixels. */
interface Look {
  readonly window: Window;
  readonly widest: number;
}

/** Whether a face reaches out of its window where the photo goes on: the part of it that is seen is not a face. */
function isCut(window: Window, image: Size, x1: number, y1: number, x2: number, y2: number): boolean {
  return (
    (x1 < 1 && window.left > 0) ||
    (y1 < 1 && window.top > 0) ||
    (x2 > window.width - 1 && window.left + window.width < image.width) ||
    (y2 > window.height - 1 && window.top + window.height < image.height)
  );
}

function secondLook(
  seen: Candidates,
  kept: readonly number[],
  image: Size,
  picture: Size,
  scale: number,
): Look[] {
  if (scale >= 1) return [];
  const hints = kept.filter(index => {
    const at = index * 4;
    return ((seen.boxes[at + 2] as number) - (seen.boxes[at] as number)) * scale < smallWidth;
  });
  const side = (length: number) => Math.round(length / scale / enlargement);
  const window = { width: side(picture.width), height: side(picture.height) };
  return windowsAround(seen, hints, image, window, mostWindows).map(window => ({
    window,
    widest: smallWidth * enlargement,
  }));
}

/** Tiles at twice the network's size, at four times, and so on, until the photo is seen at the size that was asked for. */
function tilesUpTo(size: Size, image: Size, picture: Size): Look[] {
  const looks: Look[] = [];
  const wholeScale = Math.min(picture.width / image.width, picture.height / image.height);
  const asked = Math.min(size.width / image.width, size.height / image.height);
  for (let before = wholeScale; before < asked; ) {
    const scale = Math.min(2 * before, asked);
    const side = (length: number) => Math.max(1, Math.round(length / scale));
    const widest = (smallWidth * scale) / before;
    for (const window of tiles(image, { width: side(picture.width), height: side(picture.height) }))
      looks.push({ window, widest });
    before = scale;
  }
  return looks;
}
