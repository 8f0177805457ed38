// Convolution and pooling. TensorFlow's SAME puts the odd row or column of padding at the end, which is
// ONNX's SAME_UPPER; with stride 1 the padding does not depend on the picture's size and is written out.
import { attribute } from '../builder.js';
import { OnnxError } from '../errors.js';
import type { Attribute } from '../model.js';
import type { Constant } from './constant.js';
import type { ChannelsLastGraph } from './graph.js';

/** `SAME`, `VALID`, or rows and columns of zeros: top, left, bottom, right. */
export type Padding = 'SAME' | 'VALID' | readonly [number, number, number, number];

/** Pairs are height, width. */
export interface Window {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
}

/** A convolution. `filter` is `[out, in / groups, height, width]`, `bias` `[out]`. */
export interface Convolution extends Window {
  readonly filter: Constant;
  readonly bias: Constant | undefined;
  readonly groups: number;
}

/** Adds a convolution of `input` (NHWC in the source). */
export function convolve(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  options: Convolution,
): void {
  const { filter, bias, groups } = options;
  const kernel = pair(filter.dims.slice(2), output);
  if (bias && (bias.dims.length !== 1 || bias.dims[0] !== filter.dims[0]))
    throw new OnnxError(
      'MODEL_CORRUPT',
      `The bias of ${output} does not fit its filter; fetch the model again.`,
    );
  const inputs = [graph.planar(input), graph.initializer(filter, `${output}/filter`)];
  if (bias) inputs.push(graph.initializer(bias, `${output}/bias`));
  graph.addPlanar('Conv', inputs, output, {
    ...windowAttributes(kernel, options, output),
    group: attribute.int(groups),
  });
}

/** Adds a maximum or average over windows; padding counts for neither. */
export function pool(
  graph: ChannelsLastGraph,
  opType: 'MaxPool' | 'AveragePool',
  input: string,
  output: string,
  kernel: readonly [number, number],
  window: Omit<Window, 'dilations'>,
): void {
  const attributes = windowAttributes(kernel, { ...window, dilations: [1, 1] }, output);
  delete attributes['dilations'];
  graph.addPlanar(opType, [graph.planar(input)], output, attributes);
}

function windowAttributes(
  kernel: readonly [number, number],
  { strides, dilations, padding }: Window,
  output: string,
): Record<string, Attribute> {
  if (
    [...kernel, ...strides, ...dilations].some(size => !Number.isInteger(size) || size < 1 || size > 65_535)
  )
    throw new OnnxError(
      'MODEL_CORRUPT',
      `The window of ${output} has an impossible size; fetch the model again.`,
    );
  const attributes: Record<string, Attribute> = {
    kernel_shape: attribute.ints(kernel),
    strides: attribute.ints(strides),
    dilations: attribute.ints(dilations),
  };
  if (padding === 'VALID') return attributes;
  if (padding !== 'SAME') return { ...attributes, pads: attribute.ints(padding) };
  if (strides.every(stride => stride === 1)) {
    const total = kernel.map((size, axis) => (size - 1) * dilations[axis]!);
    const before = total.map(size => Math.floor(size / 2));
    const after = total.map((size, axis) => size - before[axis]!);
    return { ...attributes, pads: attribute.ints([...before, ...after]) };
  }
  // TensorFlow itself refuses strides together with dilations.
  if (dilations.some(dilation => dilation > 1))
    throw new OnnxError('MODEL_UNSUPPORTED', `Strides with dilations in ${output} are not supported.`);
  // A window of one pixel needs no padding, and SAME and VALID then give the same size.
  if (kernel.every(size => size === 1)) return attributes;
  return { ...attributes, auto_pad: attribute.string('SAME_UPPER') };
}

function pair(sizes: readonly number[], output: string): [number, number] {
  const [height, width] = sizes;
  if (sizes.length !== 2 || height === undefined || width === undefined)
    throw new OnnxError(
      'MODEL_CORRUPT',
      `The filter of ${output} does not have four axes; fetch the model again.`,
    );
  return [height, width];
}
