// Operators that move or resize: reshape, pad, concatenate, resize.
import { attribute } from '../builder.js';
import { OnnxError } from '../errors.js';
import { type ChannelsLastGraph, PLANAR_AXIS } from './graph.js';

/** Reshape, in the source's order of elements. */
export function reshape(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  shape: readonly number[],
): void {
  graph.addPlain('Reshape', [graph.plain(input), graph.ints(shape)], output);
}

/**
 * Frees the batch of a reshape whose shape the file writes out: the first size becomes -1 where the others
 * are known. It is right for the file's own batch, and for any other when a sample stays a sample.
 */
export function withFreeBatch(shape: readonly number[], batch: number): number[] {
  const [first, ...rest] = shape;
  return first === batch && rest.every(size => size > 0) ? [-1, ...rest] : shape.slice();
}

/** Pads with a constant; `paddings` holds before and after for each axis of the source. */
export function pad(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  paddings: readonly number[],
  value = 0,
): void {
  const rank = paddings.length / 2;
  const planar = rank === 4;
  if (!Number.isInteger(rank) || rank === 0 || paddings.some(size => size < 0))
    throw new OnnxError('MODEL_CORRUPT', `The paddings of ${output} are impossible; fetch the model again.`);
  const pads = new Array<number>(rank * 2);
  for (let axis = 0; axis < rank; axis++) {
    const target = planar ? PLANAR_AXIS[axis]! : axis;
    pads[target] = paddings[2 * axis]!;
    pads[target + rank] = paddings[2 * axis + 1]!;
  }
  const extra = [graph.ints(pads), graph.scalar(value)];
  if (planar) graph.addPlanar('Pad', [graph.planar(input), ...extra], output);
  else graph.addPlain('Pad', [graph.plain(input), ...extra], output);
}

/** Concatenates along an axis of the source. */
export function concatenate(
  graph: ChannelsLastGraph,
  inputs: readonly string[],
  output: string,
  axis: number,
): void {
  if (inputs.length > 0 && inputs.every(name => graph.isPlanar(name))) {
    const planarAxis = PLANAR_AXIS[axis < 0 ? axis + 4 : axis];
    if (planarAxis === undefined)
      throw new OnnxError(
        'MODEL_CORRUPT',
        `${output} joins along an axis that is not there; fetch the model again.`,
      );
    const values = inputs.map(name => graph.planar(name));
    graph.addPlanar('Concat', values, output, { axis: attribute.int(planarAxis) });
  } else {
    const values = inputs.map(name => graph.plain(name));
    graph.addPlain('Concat', values, output, { axis: attribute.int(axis) });
  }
}

/** Where the pixels of a resized picture are taken from; neither flag is TensorFlow's old way. */
export interface ResizePlacement {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Resizes a picture to `height` x `width` pixels, bilinearly. */
export function resizeBilinear(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  [height, width]: readonly [number, number],
  { alignCorners, halfPixelCenters }: ResizePlacement,
): void {
  if (!(height > 0 && width > 0))
    throw new OnnxError('MODEL_CORRUPT', `${output} resizes to nothing; fetch the model again.`);
  const placement = alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric';
  // Batch and channels come from the value itself: their sizes are not fixed.
  const value = graph.planar(input);
  const shape = graph.builder.node('Shape', [value], { attributes: { end: attribute.int(2) } });
  const sizes = graph.builder.node('Concat', [shape, graph.ints([height, width])], {
    attributes: { axis: attribute.int(0) },
  });
  graph.addPlanar('Resize', [value, '', '', sizes], output, {
    mode: attribute.string('linear'),
    coordinate_transformation_mode: attribute.string(placement),
  });
}

/** Puts blocks of channels side by side as pixels. */
export function depthToSpace(graph: ChannelsLastGraph, input: string, output: string, block: number): void {
  if (!(block > 0))
    throw new OnnxError('MODEL_CORRUPT', `${output} has no block size; fetch the model again.`);
  graph.addPlanar('DepthToSpace', [graph.planar(input)], output, { blocksize: attribute.int(block) });
}

/** Removes axes of size 1. */
export function squeeze(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  axes: readonly number[],
): void {
  const value = graph.plain(input);
  graph.addPlain('Squeeze', axes.length > 0 ? [value, graph.ints(axes)] : [value], output);
}
