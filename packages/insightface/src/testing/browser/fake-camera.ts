// A camera that shows one face of a photo, for Chromium's fake capture.
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Face } from '../../analysis/face.js';
import type { FaceAnalysis } from '../../analysis/face-analysis.js';

/** Chromium with a camera that plays the file. */
export function fakeCameraArguments(file: string): string[] {
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
}

export interface PhotoFace {
  readonly photo: string;
  readonly face: Face;
}

/** Of all faces in some photos, the one that looks straightest into the camera. */
export async function straightestFace(app: FaceAnalysis, photos: readonly string[]): Promise<PhotoFace> {
  const found = (await app.get(photos)).flatMap((faces, index) =>
    faces.map(face => ({ photo: photos[index] ?? '', face })),
  );
  const turned = ({ face: { pose } }: PhotoFace) => Math.hypot(pose.yaw, pose.pitch + 6, pose.roll);
  return found.reduce((best, other) => (turned(other) < turned(best) ? other : best));
}

/**
 * Writes a motion JPEG of 640x480 that shows a face in its middle.
 * @returns The JPEG file of its frames.
 */
export async function writeFakeVideo(file: string, { photo, face }: PhotoFace): Promise<Uint8Array> {
  const [x1, y1, x2, y2] = face.bbox;
  // The face is 45 % of the frame's height.
  const height = Math.round((y2 - y1) / 0.45);
  const width = Math.round((height * 4) / 3);
  const { width: photoWidth, height: photoHeight } = await sharp(photo).metadata();
  const inside = (middle: number, side: number, whole: number) =>
    Math.max(0, Math.min(Math.round(middle - side / 2), whole - side));
  const frame = await sharp(photo)
    .extract({
      left: inside((x1 + x2) / 2, width, photoWidth),
      top: inside((y1 + y2) / 2, height, photoHeight),
      width,
      height,
    })
    .resize(640, 480)
    .jpeg({ quality: 95 })
    .toBuffer();
  await writeFile(file, Buffer.concat([frame, frame, frame]));
  return frame;
}
