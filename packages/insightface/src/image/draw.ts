// Faces drawn into a picture: boxes, points and labels.
import type { Box, FivePoints, Point, Point3 } from '../geometry.js';
import { Canvas, type Color, textWidth } from './canvas.js';
import type { Image } from './image.js';

/** What of a face is drawn; every `Face` will do. */
export interface DrawableFace {
  readonly bbox: Box;
  readonly kps?: FivePoints;
  readonly gender?: 'M' | 'F';
  readonly age?: number;
  readonly landmark2d106?: readonly Point[];
  readonly landmark3d68?: readonly Point3[];
  readonly landmark68?: readonly Point[];
  readonly landmark98?: readonly Point[];
  readonly landmark468?: readonly Point3[];
  /** Text beside the box; default gender and age where they are known. Plain Latin letters can be drawn. */
  readonly label?: string;
  readonly color?: Color;
}

export interface DrawOptions {
  /** The five points. Default true. */
  readonly keypoints?: boolean;
  /** Dense landmarks, where there are any. Default false. */
  readonly landmarks?: boolean;
  /** Default true. */
  readonly labels?: boolean;
}

const boxColor: Color = [46, 204, 113];
const eyeColor: Color = [52, 152, 255];
const mouthColor: Color = [255, 96, 96];
const noseColor: Color = [255, 214, 10];
const landmarkColor: Color = [255, 255, 255];
const pointColors = [eyeColor, eyeColor, noseColor, mouthColor, mouthColor];

/** Draws faces into a copy of the image. */
export function drawFaces(image: Image, faces: readonly DrawableFace[], options: DrawOptions = {}): Image {
  const canvas = new Canvas(image);
  const pen = Math.max(2, Math.round(Math.max(image.width, image.height) / 500));
  for (const face of faces) {
    const color = face.color ?? boxColor;
    const [x1, y1, x2, y2] = face.bbox;
    canvas.rectangle(x1, y1, x2, y2, pen, color);
    const dot = Math.max(1, Math.min(2 * pen, (x2 - x1) / 40));
    if (options.landmarks) for (const [x, y] of landmarksOf(face)) canvas.disc(x, y, dot / 2, landmarkColor);
    if (options.keypoints !== false)
      for (const [index, [x, y]] of (face.kps ?? []).entries())
        canvas.disc(x, y, dot, pointColors[index] ?? noseColor);
  }
  // Labels come last: no box may cross them.
  if (options.labels !== false) for (const face of faces) drawLabel(canvas, face, pen);
  return canvas.image;
}

function drawLabel(canvas: Canvas, face: DrawableFace, pen: number): void {
  const label =
    face.label ?? [face.gender, face.age?.toFixed(0)].filter(part => part !== undefined).join(' ');
  if (label === '') return;
  const { width } = canvas.image;
  const height = Math.max(9, pen * 6);
  const margin = height * 0.45;
  const boxWidth = textWidth(label, height) + 2 * margin;
  const [x1, y1, , y2] = face.bbox;
  const left = Math.max(0, Math.min(x1 - pen / 2, width - boxWidth));
  const fitsAbove = y1 - height - 2 * margin >= 0;
  const bottom = fitsAbove ? y1 - pen / 2 : Math.min(canvas.image.height, y2 + height + 2 * margin);
  canvas.fill(left, bottom - height - 2 * margin, left + boxWidth, bottom, face.color ?? boxColor, 0.92);
  canvas.text(label, left + margin, bottom - margin, height, [16, 24, 32]);
}

function landmarksOf(face: DrawableFace): readonly (Point | Point3)[] {
  return (
    face.landmark468 ?? face.landmark2d106 ?? face.landmark98 ?? face.landmark3d68 ?? face.landmark68 ?? []
  );
}
