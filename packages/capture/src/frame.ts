// Single frames of the camera.
import type { CaptureFace } from './guidance.js';

/** A canvas with the frame that a video shows now, as the camera sees it. */
export function grabFrame(video: HTMLVideoElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  contextOf(canvas).drawImage(video, 0, 0);
  return canvas;
}

/** Mean brightness of a face's box, 0 to 255, from a picture of 16 by 16 pixels. */
export function brightnessOf(frame: HTMLCanvasElement, { bbox: [x1, y1, x2, y2] }: CaptureFace): number {
  const small = document.createElement('canvas');
  small.width = 16;
  small.height = 16;
  const context = contextOf(small);
  context.drawImage(frame, x1, y1, x2 - x1, y2 - y1, 0, 0, 16, 16);
  const { data } = context.getImageData(0, 0, 16, 16);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4)
    sum += 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
  return sum / 256;
}

/** The frame as a JPEG file. */
export function toJpeg(frame: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    frame.toBlob(
      blob => (blob ? resolve(blob) : reject(new Error('The frame has no pixels.'))),
      'image/jpeg',
      0.92,
    ),
  );
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no canvas to draw on.');
  return context;
}
