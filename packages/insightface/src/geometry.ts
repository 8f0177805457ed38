/** A point in pixels: x to the right, y down, (0, 0) the centre of the top left pixel. */
export type Point = readonly [x: number, y: number];

/** A point in pixels with depth: z grows towards the camera, as in InsightFace, in the same unit as x and y. */
export type Point3 = readonly [x: number, y: number, z: number];

/** x1, y1, x2, y2 in source pixels. May reach outside the image, as the network says. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Left eye, right eye, nose, left mouth corner, right mouth corner; "left" is the image's left. */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

/** Row-major 2x3 affine map: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5]. */
export type Affine = readonly [number, number, number, number, number, number];
