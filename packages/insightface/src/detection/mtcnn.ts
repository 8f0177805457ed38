// MTCNN: a network that scans the picture at every scale, a second that sorts out, a third that decides and gives points
// (Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks", 2016). The files
// expect pictures with x before y, as the MATLAB original stored them.
import type { Image } from '../image/image.js';
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import { Candidates } from './candidates.js';
import type { Detection, DetectOptions, Detector, UprightScores } from './detector.js';
import { Network } from './network.js';
import { nms } from './nms.js';
import { buildPyramid, cropSquare, type PyramidLevel, shrinkImage, transposeImage } from './pyramid.js';
import { defaultThreshold, type FamilyDefaults, readSettings, readSizes } from './settings.js';

/** Cell and step of the scanning network, in pixels. */
const cellSide = 12;
const cellStep = 2;
/** Smallest face looked for, from chin to hair, in pixels of the picture as it is scanned; 12 pixels wide are seen, too. */
const smallestFace = 20;
const pyramidFactor = 0.709;
/** Scores needed after the first and second network. */
const proposalScore = 0.6;
const refinedScore = 0.7;
/** Pictures whose longer side is larger are scanned at this size, unless `detSize` says otherwise. */
const autoSide = 960;
/** Crops that go through a network together. */
const batchSize = 128;

const defaults: FamilyDefaults = { detThresh: 0.7, nmsThresh: 0.7 };
/** Measured on LFW, turned: see turned.data.test.ts. */
const upright: UprightScores = { sure: 0.985, margin: 2 };

/** A cascade of `pnet`, `rnet` and `onet`. @throws InsightFaceError `MODEL_INVALID` when one of them is missing. */
export function createMtcnn(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const proposal = new Network(spec, sessions, 'pnet');
  const refinement = new Network(spec, sessions, 'rnet');
  const output = new Network(spec, sessions, 'onet');

  return {
    family: spec.family,
    detThresh: defaultThreshold(spec, defaults),
    upright,
    async detect(image: Image, options: DetectOptions = {}): Promise<Detection[]> {
      const settings = readSettings(spec, options, defaults);
      const { signal } = settings;
      const candidates = new Candidates({ points: true });
      for (const picture of scannedPictures(image, options)) {
        const levels = buildPyramid(picture, cellSide / smallestFace, pyramidFactor, cellSide);
        const proposed = await propose(proposal, levels, signal);
        const refined = await refine(refinement, levels, proposed, signal);
        const scale = [image.width / picture.width, image.height / picture.height] as const;
        await decide(output, levels, refined, settings.detThresh, scale, candidates, signal);
      }
      return nms(candidates, settings.nmsThresh, 'minimum').map(index => candidates.detection(index));
    },
    async dispose(): Promise<void> {
      await Promise.all([proposal, refinement, output].map(network => network.dispose()));
    },
  };
}

/** The picture fitted into each size asked for. */
function scannedPictures(image: Image, { detSize }: DetectOptions): Image[] {
  const sizes = readSizes(detSize, 1);
  const longer = Math.max(image.width, image.height);
  const scales = sizes?.map(({ width, height }) => Math.min(width / image.width, height / image.height)) ?? [
    Math.min(1, autoSide / longer),
  ];
  return scales.map(scale =>
    shrinkImage(
      image,
      Math.max(1, Math.round(image.width * scale)),
      Math.max(1, Math.round(image.height * scale)),
    ),
  );
}

type Edges = readonly [x1: number, y1: number, x2: number, y2: number];

/** Squares in the picture's pixels where the scanning network sees a face. */
async function propose(
  network: Network,
  levels: readonly PyramidLevel[],
  signal: AbortSignal | undefined,
): Promise<Edges[]> {
  const all = new Candidates({ points: false });
  const allShifts: number[] = [];
  for (const { image, scaleX, scaleY } of levels.slice(1)) {
    const outputs = await network.run([transposeImage(image)], signal);
    const [columns, rows] = outputs.grid(2);
    const scores = outputs.withColumns(2, columns * rows);
    const shifts = outputs.withColumns(4, columns * rows);
    const found = new Candidates({ points: false });
    const cells: number[] = [];
    for (let cell = 0; cell < columns * rows; cell++) {
      const score = scores[cell * 2 + 1] as number;
      if (!(score >= proposalScore)) continue;
      const x = Math.floor(cell / rows) * cellStep;
      const y = (cell % rows) * cellStep;
      const [right, bottom] = [(x + cellSide) / scaleX, (y + cellSide) / scaleY];
      if (found.add(score, x / scaleX, y / scaleY, right, bottom) >= 0) cells.push(cell);
    }
    for (const index of nms(found, 0.5)) {
      if (all.add(found.scores[index] ?? 0, ...edges(found, index)) < 0) continue;
      const at = (cells[index] ?? 0) * 4;
      allShifts.push(...shifts.subarray(at, at + 4));
    }
  }
  return nms(all, 0.7).map(index =>
    squared(shifted(edges(all, index), allShifts.slice(index * 4, index * 4 + 4))),
  );
}

/** The squares that the second network confirms, moved to where it sees the face. */
async function refine(
  network: Network,
  levels: readonly PyramidLevel[],
  boxes: readonly Edges[],
  signal: AbortSignal | undefined,
): Promise<Edges[]> {
  const kept = new Candidates({ points: false });
  const keptShifts: number[] = [];
  for (let first = 0; first < boxes.length; first += batchSize) {
    const batch = boxes.slice(first, first + batchSize);
    const outputs = await network.run(crops(levels, batch, 24), signal);
    const scores = outputs.withColumns(2, batch.length);
    const shifts = outputs.withColumns(4, batch.length);
    for (const [index, box] of batch.entries()) {
      const score = scores[index * 2 + 1] as number;
      if (!(score >= refinedScore) || kept.add(score, ...box) < 0) continue;
      keptShifts.push(...shifts.subarray(index * 4, index * 4 + 4));
    }
  }
  return nms(kept, 0.7).map(index =>
    squared(shifted(edges(kept, index), keptShifts.slice(index * 4, index * 4 + 4))),
  );
}

/** Faces with their points, as the third network sees them, in pixels of the source. */
async function decide(
  network: Network,
  levels: readonly PyramidLevel[],
  boxes: readonly Edges[],
  threshold: number,
  [scaleX, scaleY]: readonly [number, number],
  into: Candidates,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let first = 0; first < boxes.length; first += batchSize) {
    const batch = boxes.slice(first, first + batchSize);
    const outputs = await network.run(crops(levels, batch, 48), signal);
    const scores = outputs.withColumns(2, batch.length);
    const shifts = outputs.withColumns(4, batch.length);
    const points = outputs.withColumns(10, batch.length);
    for (const [index, box] of batch.entries()) {
      const score = scores[index * 2 + 1] as number;
      if (!(score >= threshold)) continue;
      const [x1, y1, x2, y2] = shifted(box, shifts.subarray(index * 4, index * 4 + 4));
      const face = into.add(score, x1 * scaleX, y1 * scaleY, x2 * scaleX, y2 * scaleY);
      if (face < 0) continue;
      const [left, top, right, bottom] = box;
      for (let point = 0; point < 5; point++) {
        const x = left + (points[index * 10 + point] as number) * (right - left);
        const y = top + (points[index * 10 + 5 + point] as number) * (bottom - top);
        into.setPoint(face, point, x * scaleX, y * scaleY);
      }
    }
  }
}

function crops(levels: readonly PyramidLevel[], boxes: readonly Edges[], side: number): Image[] {
  return boxes.map(box => transposeImage(cropSquare(levels, box, side)));
}

function edges({ boxes }: Candidates, index: number): Edges {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(index * 4, index * 4 + 4);
  return [x1, y1, x2, y2];
}

/** Moves each edge by a part of the box's width or height. */
function shifted([x1, y1, x2, y2]: Edges, shifts: ArrayLike<number>): Edges {
  const width = x2 - x1;
  const height = y2 - y1;
  return [
    x1 + (shifts[0] as number) * width,
    y1 + (shifts[1] as number) * height,
    x2 + (shifts[2] as number) * width,
    y2 + (shifts[3] as number) * height,
  ];
}

/** The square about the box's centre with its longer side. */
function squared([x1, y1, x2, y2]: Edges): Edges {
  const half = Math.max(x2 - x1, y2 - y1) / 2;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return [x - half, y - half, x + half, y + half];
}
