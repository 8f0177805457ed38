// From a photo that was turned by quarters back to the photo itself.
import type { Box, FivePoints, Point, Point3 } from '../geometry.js';
import type { QuarterTurn } from '../image/pixels.js';
import type { Size } from './detector.js';

/** Where a point of the turned photo lies in the photo of the given size; depth stays. */
export function unturnPoint<P extends Point | Point3>(point: P, turn: QuarterTurn, photo: Size): P {
  const [x, y, ...depth] = point;
  const right = photo.width - 1;
  const bottom = photo.height - 1;
  const places: Readonly<Record<QuarterTurn, Point>> = {
    0: [x, y],
    90: [y, bottom - x],
    180: [right - x, bottom - y],
    270: [right - y, x],
  };
  return [...places[turn], ...depth] as readonly number[] as P;
}

/** Where five points of the turned photo lie in the photo. */
export function unturnFive(
  [leftEye, rightEye, nose, leftMouth, rightMouth]: FivePoints,
  turn: QuarterTurn,
  photo: Size,
): FivePoints {
  const place = (point: Point) => unturnPoint(point, turn, photo);
  return [place(leftEye), place(rightEye), place(nose), place(leftMouth), place(rightMouth)];
}

/** The box of the photo that a box of the turned photo shows. */
export function unturnBox([x1, y1, x2, y2]: Box, turn: QuarterTurn, photo: Size): Box {
  const [ax, ay] = unturnPoint([x1, y1] as Point, turn, photo);
  const [bx, by] = unturnPoint([x2, y2] as Point, turn, photo);
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** Roll in the photo of a face whose roll was measured in the turned photo; degrees, above -180 to 180. */
export function unturnRoll(roll: number, turn: QuarterTurn): number {
  const degrees = roll - turn;
  return degrees <= -180 ? degrees + 360 : degrees;
}
