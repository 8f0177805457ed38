// TensorFlow's StridedSlice: a Slice whose ends may be left open, and axes that it drops.
import { OnnxError } from '../errors.js';
import type { ChannelsLastGraph } from './graph.js';

// ONNX clamps ends to the axis; any number beyond every size means "to the end".
const TO_THE_END = 2 ** 31 - 1;

/** Bit i of a mask is about axis i. The arrays hold one number for each sliced axis. */
export interface StridedSlice {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  /** Axes sliced from their start whatever `begin` says. */
  readonly beginMask: number;
  /** Axes sliced to their end whatever `end` says. */
  readonly endMask: number;
  /** Axes of which one element is taken, and which then disappear. */
  readonly shrinkMask: number;
  /** New axes and ellipses: not supported. */
  readonly otherMasks: number;
}

/** Adds a strided slice of `input`, in the source's axes. Only steps forward are supported. */
export function stridedSlice(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  slice: StridedSlice,
): void {
  const { begin, end, strides } = slice;
  if (begin.length !== end.length || begin.length !== strides.length)
    throw new OnnxError(
      'MODEL_CORRUPT',
      `The slice ${output} has limits for different axes; fetch the model again.`,
    );
  if (slice.otherMasks !== 0 || strides.some(stride => stride < 1))
    throw new OnnxError(
      'MODEL_UNSUPPORTED',
      `The slice ${output} adds axes or runs backwards, which is not supported.`,
    );
  const bit = (mask: number, axis: number) => ((mask >> axis) & 1) === 1;
  const shrunk = begin.map((_, axis) => axis).filter(axis => bit(slice.shrinkMask, axis));
  const starts = begin.map((start, axis) => (bit(slice.beginMask, axis) ? 0 : start));
  const ends = end.map((stop, axis) => {
    if (!shrunk.includes(axis)) return bit(slice.endMask, axis) ? TO_THE_END : stop;
    // One element; the end of element -1 would be 0, which means something else.
    return begin[axis] === -1 ? TO_THE_END : begin[axis]! + 1;
  });
  const axes = begin.map((_, axis) => axis);
  const inputs = [
    graph.plain(input),
    graph.ints(starts),
    graph.ints(ends),
    graph.ints(axes),
    graph.ints(strides),
  ];
  if (shrunk.length === 0) graph.addPlain('Slice', inputs, output);
  else graph.addPlain('Squeeze', [graph.builder.node('Slice', inputs), graph.ints(shrunk)], output);
}
