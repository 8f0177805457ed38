// How many of the faces in pasted frames are found, by width, and how many that are none.
import { type Box, boxOverlap, type FaceAnalysis, type Image } from 'insightface-ts';
import { gridFor, type MarkedFace, pasteFaces } from './pasted-faces.js';
import { mulberry32 } from './random.js';

/** Widths of the marked box in pixels; 308 is a face whose height is 95 % of the frame's, forehead to chin. */
export const faceWidths = [12, 16, 20, 24, 32, 48, 64, 96, 200, 308, 400] as const;

/** What was found at one width. */
export interface SizeResult {
  readonly width: number;
  readonly faces: number;
  readonly found: number;
  readonly frames: number;
  readonly falseFaces: number;
}

/** A face counts as found when a detection overlaps it by an intersection over union of at least this. */
const leastOverlap = 0.4;

/** Pastes `count` faces of one width and looks for them. Faces follow each other through the list from `first`. */
export async function measureWidth(
  app: FaceAnalysis,
  width: number,
  count: number,
  first: number,
  faces: readonly MarkedFace[],
  backgrounds: readonly Image[],
): Promise<SizeResult> {
  const random = mulberry32(width);
  const [columns, rows] = gridFor(width);
  let frames = 0;
  let found = 0;
  let falseFaces = 0;
  for (let done = 0; done < count; frames++) {
    const these = Array.from({ length: Math.min(columns * rows, count - done) }, (_, at) => {
      // A stride that shares no factor with the list's length visits other people each time.
      return faces[((first + done + at) * 37) % faces.length] as MarkedFace;
    });
    const frame = await pasteFaces(backgrounds[frames % backgrounds.length] as Image, these, width, random);
    const detections = (await app.get(frame.image)).map(face => face.bbox);
    const hits = match(frame.faces, detections);
    found += hits;
    falseFaces += detections.length - hits;
    done += these.length;
  }
  return { width, faces: count, found, frames, falseFaces };
}

/** How many faces have a detection of their own. */
function match(truth: readonly Box[], detections: readonly Box[]): number {
  const free = new Set(detections);
  let hits = 0;
  for (const face of truth) {
    let best: Box | undefined;
    let most = leastOverlap;
    for (const box of free) {
      const overlap = boxOverlap(face, box);
      if (overlap < most) continue;
      most = overlap;
      best = box;
    }
    if (!best) continue;
    free.delete(best);
    hits++;
  }
  return hits;
}
