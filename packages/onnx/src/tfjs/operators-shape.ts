// TF.js' operators that move, resize, slice and reduce. Shapes are int64 in ONNX.
import { attribute } from '../builder.js';
import { TO_PLAIN } from '../channels-last/graph.js';
import { type Reduction, reduce, softmax } from '../channels-last/reduce.js';
import {
  concatenate,
  depthToSpace,
  pad,
  reshape,
  resizeBilinear,
  squeeze,
  withFreeBatch,
} from '../channels-last/shape.js';
import { stridedSlice } from '../channels-last/slice.js';
import { booleanAttribute, integerAttribute, integersAttribute } from './graph-def.js';
import { corruptTfjs } from './json.js';
import type { NodeCall, NodeConverter } from './node-call.js';

// TF.js models are converted with a batch of 1 or a free one.
const BATCH = 1;

export const shapeOperators: Record<string, NodeConverter> = {
  Reshape(call) {
    const { graph, output } = call;
    if (graph.isConstant(call.input(1)))
      reshape(graph, call.input(0), output, withFreeBatch(call.integers(1), BATCH));
    else graph.addPlain('Reshape', [graph.plain(call.input(0)), graph.plain(call.input(1))], output);
  },
  Squeeze: call =>
    squeeze(call.graph, call.input(0), call.output, integersAttribute(call.node, 'squeeze_dims')),
  ExpandDims(call) {
    const axes = call.integers(1);
    call.graph.addPlain('Unsqueeze', [call.graph.plain(call.input(0)), call.graph.ints(axes)], call.output);
  },
  Pad: call => pad(call.graph, call.input(0), call.output, call.integers(1)),
  PadV2: call => pad(call.graph, call.input(0), call.output, call.integers(1), call.constant(2).values[0]),
  ConcatV2(call) {
    const [axis = 0] = call.integers(call.inputs.length - 1);
    concatenate(call.graph, call.inputs.slice(0, -1), call.output, axis);
  },
  Transpose(call) {
    const perm = attribute.ints(call.integers(1));
    call.graph.addPlain('Transpose', [call.graph.plain(call.input(0))], call.output, { perm });
  },
  ResizeBilinear(call) {
    const [height, width] = call.integers(1);
    if (height === undefined || width === undefined) throw corruptTfjs(`${call.output} has no size`);
    resizeBilinear(call.graph, call.input(0), call.output, [height, width], {
      alignCorners: booleanAttribute(call.node, 'align_corners'),
      halfPixelCenters: booleanAttribute(call.node, 'half_pixel_centers'),
    });
  },
  DepthToSpace(call) {
    call.requireChannelsLast();
    depthToSpace(call.graph, call.input(0), call.output, integerAttribute(call.node, 'block_size', 0));
  },
  StridedSlice(call) {
    const mask = (key: string) => integerAttribute(call.node, key, 0);
    stridedSlice(call.graph, call.input(0), call.output, {
      begin: call.integers(1),
      end: call.integers(2),
      strides: call.integers(3),
      beginMask: mask('begin_mask'),
      endMask: mask('end_mask'),
      shrinkMask: mask('shrink_axis_mask'),
      otherMasks: mask('ellipsis_mask') | mask('new_axis_mask'),
    });
  },
  Shape(call) {
    const { graph, output } = call;
    const input = call.input(0);
    if (!graph.isPlanar(input)) graph.addPlain('Shape', [graph.plain(input)], output);
    else
      graph.addPlain(
        'Gather',
        [graph.builder.node('Shape', [graph.planar(input)]), graph.ints(TO_PLAIN)],
        output,
      );
  },
  Pack(call) {
    const { graph } = call;
    const axis = integerAttribute(call.node, 'axis', 0);
    const parts = call.inputs.map(input =>
      graph.builder.node('Unsqueeze', [graph.plain(input), graph.ints([axis])]),
    );
    graph.addPlain('Concat', parts, call.output, { axis: attribute.int(axis) });
  },
  Softmax: call => softmax(call.graph, call.input(0), call.output),
  Mean: call => addReduction(call, 'ReduceMean'),
  Sum: call => addReduction(call, 'ReduceSum'),
  Max: call => addReduction(call, 'ReduceMax'),
  Min: call => addReduction(call, 'ReduceMin'),
};

function addReduction(call: NodeCall, opType: Reduction): void {
  const axes = call.integers(1);
  if (axes.length === 0) throw call.unsupported('over no axis');
  reduce(call.graph, opType, call.input(0), call.output, axes, booleanAttribute(call.node, 'keep_dims'));
}
