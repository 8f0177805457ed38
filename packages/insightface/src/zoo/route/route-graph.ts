// Which model a bare ONNX file is. The order of InsightFace's own router, with the families it does not know before.
// https://github.com/deepinsight/insightface, python-package/insightface/model_zoo/model_zoo.py
import type { Graph } from '@insightface-ts/onnx';
import type { InputSpec, Task } from '../manifest.js';
import { type GraphTraits, lastDimension, namesLookNormalizing, traitsOf } from './graph-traits.js';

/** What the graph shows. */
export interface Route {
  readonly task: Task;
  readonly family: string;
  readonly input: InputSpec;
  readonly dimension?: number;
  /** Not loaded unless asked for. */
  readonly optional?: boolean;
}

/** `insightface`: mean and std as its Python package guesses them. */
export type Compatibility = 'insightface' | undefined;

/** @returns The route, or why there is none. */
export function routeGraph(graph: Graph, compatibility?: Compatibility): Route | string {
  const traits = traitsOf(graph);
  const last = traits.outputs.map(lastDimension);
  const size = sizeOf(traits);
  const route = routeDetector(traits, last, size) ?? routeSmallNetwork(traits, last);
  if (route) return route;
  const { height, width } = traits;
  if (height === 192 && width === 192) return routeLandmarks(graph, traits, last, compatibility);
  if (height === 96 && width === 96 && last[0] === 3)
    return {
      task: 'gender-age',
      family: 'genderage',
      input: attributeInput(graph, traits, 'genderage', compatibility),
    };
  if (traits.inputs === 2 && height === 128 && width === 128)
    return 'a face swapper, which this library leaves out on purpose';
  return routeRecognizer(graph, traits, last, compatibility);
}

function routeDetector(
  traits: GraphTraits,
  last: readonly (number | undefined)[],
  size: Pick<InputSpec, 'size'>,
): Route | undefined {
  if (traits.inputs !== 1) return undefined;
  const is = (...expected: number[]) =>
    last.length === expected.length && expected.toSorted().join() === last.toSorted().join();
  const task = 'detection';
  if (is(1, 1, 1, 1, 1, 1, 4, 4, 4, 10, 10, 10))
    return { task, family: 'yunet', input: { color: 'bgr', mean: 0, std: 1, layout: 'nchw' } };
  if (is(4, 2, 10) && traits.outputs.every(dims => dims?.length === 3))
    return {
      task,
      family: 'retinaface',
      input: { ...size, color: 'bgr', mean: [104, 117, 123], std: 1, layout: 'nchw' },
    };
  if (is(2, 4) && traits.outputs.every(dims => dims?.length === 3))
    return {
      task,
      family: 'ultralight',
      input: { ...size, color: 'rgb', mean: 127, std: 128, layout: 'nchw' },
    };
  // Scores, boxes and points of three or five strides. Other networks have many outputs, too, of other shapes.
  const scrfdOutput = (dims: GraphTraits['outputs'][number]) =>
    dims === undefined || dims.length === 4 || [undefined, 1, 4, 10].includes(lastDimension(dims));
  if (traits.outputs.length >= 5 && traits.channels === 3 && traits.outputs.every(scrfdOutput))
    return { task, family: 'scrfd', input: { ...size, color: 'rgb', mean: 127.5, std: 128, layout: 'nchw' } };
  return undefined;
}

/** Networks that are known by an input size and an output length that no other has. */
function routeSmallNetwork(
  { channels, height, width }: GraphTraits,
  last: readonly (number | undefined)[],
): Route | undefined {
  const shape = `${channels}x${height}x${width}:${last.join('+')}`;
  const layout = 'nchw';
  switch (shape) {
    case '1x64x64:136':
      return {
        task: 'landmark',
        family: 'landmark68-grey',
        input: { size: [64, 64], color: 'grey', mean: 0, std: 256, layout },
      };
    case '3x112x112:196':
      return {
        task: 'landmark',
        family: 'pfld98',
        input: { size: [112, 112], color: 'rgb', mean: 0, std: 255, layout },
      };
    case '3x128x128:2':
      return {
        task: 'liveness',
        family: 'minifasnet',
        input: { size: [128, 128], color: 'rgb', mean: 0, std: 255, layout },
        optional: true,
      };
    case '3x128x128:3':
      return {
        task: 'liveness',
        family: 'fr-liveness',
        input: { size: [128, 128], color: 'bgr', mean: 0, std: 1, layout },
        optional: true,
      };
    default:
      return undefined;
  }
}

function routeLandmarks(
  graph: Graph,
  traits: GraphTraits,
  [length]: readonly (number | undefined)[],
  compatibility: Compatibility,
): Route | string {
  const family = length === 3309 ? 'landmark3d68' : length === 212 ? 'landmark2d106' : undefined;
  if (!family)
    return `a network of 192x192 pixels with ${length ?? 'an unknown number of'} outputs, and 212 or 3309 are known`;
  return { task: 'landmark', family, input: attributeInput(graph, traits, family, compatibility) };
}

function routeRecognizer(
  graph: Graph,
  traits: GraphTraits,
  last: readonly (number | undefined)[],
  compatibility: Compatibility,
): Route | string {
  const { inputs, channels, height, width } = traits;
  const [dimension] = last;
  const square = height !== undefined && height === width && height >= 112 && height % 16 === 0;
  const embeds = last.length === 1 && dimension !== undefined && dimension >= 64;
  if (inputs !== 1 || channels !== 3 || !square || !embeds) return 'of no kind that is known';
  const normalizing =
    compatibility === 'insightface' ? namesLookNormalizing(graph, 'arcface') : traits.normalizesInput;
  const [mean, std] = normalizing ? [0, 1] : [127.5, 127.5];
  return {
    task: 'recognition',
    family: 'arcface',
    input: { size: [height, height], color: 'rgb', mean, std, layout: 'nchw' },
    dimension,
  };
}

function attributeInput(
  graph: Graph,
  traits: GraphTraits,
  family: string,
  compatibility: Compatibility,
): InputSpec {
  const normalizing =
    compatibility === 'insightface' ? namesLookNormalizing(graph, family) : traits.normalizesInput;
  const [mean, std] = normalizing ? [0, 1] : [127.5, 128];
  return { ...sizeOf(traits), color: 'rgb', mean, std, layout: 'nchw' };
}

function sizeOf({ height, width }: GraphTraits): Pick<InputSpec, 'size'> {
  return height !== undefined && width !== undefined ? { size: [height, width] } : {};
}
