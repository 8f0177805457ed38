import { readModel } from '@insightface-ts/onnx';
import { describe, expect, test } from 'vitest';
import { type TinyModel, tinyArcface, tinyModel, tinyScrfd } from '../testing/tiny-model.js';
import { type Compatibility, routeGraph } from './route-graph.js';

const route = (model: TinyModel | Uint8Array, compatibility?: Compatibility) =>
  routeGraph(readModel(model instanceof Uint8Array ? model : tinyModel(model)).graph, compatibility);

const square = (side: number, channels = 3) => [1, channels, side, side];
const repeat = (last: readonly number[], times: number) =>
  last.flatMap(value => Array.from({ length: times }, () => [undefined, value]));

describe('InsightFace’s own kinds', () => {
  test.each<[string, TinyModel | Uint8Array, string]>([
    ['nine outputs', tinyScrfd, 'scrfd'],
    ['six outputs, no points', { inputs: [[1, 3, '?', '?']], outputs: repeat([1, 4], 3) }, 'scrfd'],
    ['fifteen outputs, five strides', { inputs: [square(640)], outputs: repeat([1, 4, 10], 5) }, 'scrfd'],
    [
      'outputs of rank 4',
      { inputs: [square(640)], outputs: [2, 8, 20].flatMap(c => [80, 40, 20].map(s => [1, c, s, s])) },
      'scrfd',
    ],
    ['192x192 to 212', { inputs: [square(192)], outputs: [[1, 212]] }, 'landmark2d106'],
    ['192x192 to 3309', { inputs: [square(192)], outputs: [[1, 3309]] }, 'landmark3d68'],
    ['96x96', { inputs: [square(96)], outputs: [[1, 3]] }, 'genderage'],
    ['112x112 to 512', tinyArcface, 'arcface'],
    ['128x128 to 256', { inputs: [square(128)], outputs: [[1, 256]] }, 'arcface'],
  ])('%s', (_, model, family) => {
    expect(route(model)).toMatchObject({ family });
  });
});

describe('kinds that InsightFace’s router does not know', () => {
  test.each<[string, TinyModel, string]>([
    ['yunet', { inputs: [['n', 3, 'h', 'w']], outputs: repeat([1, 1, 4, 10], 3) }, 'yunet'],
    [
      'retinaface',
      {
        inputs: [square(640)],
        outputs: [
          [1, 'n', 4],
          [1, 'n', 2],
          [1, 'n', 10],
        ],
      },
      'retinaface',
    ],
    [
      'ultralight',
      {
        inputs: [[1, 3, 240, 320]],
        outputs: [
          [1, 4420, 2],
          [1, 4420, 4],
        ],
      },
      'ultralight',
    ],
    ['68 points', { inputs: [square(64, 1)], outputs: [[1, 136]] }, 'landmark68-grey'],
    ['98 points', { inputs: [square(112)], outputs: [[1, 196]] }, 'pfld98'],
    ['two classes of 128x128', { inputs: [square(128)], outputs: [[1, 2]] }, 'minifasnet'],
    ['three classes of 128x128', { inputs: [square(128)], outputs: [[1, 3]] }, 'fr-liveness'],
  ])('%s', (_, model, family) => {
    expect(route(model)).toMatchObject({ family });
  });

  test.each<[string, TinyModel]>([
    ['a classifier of 224x224', { inputs: [square(224)], outputs: [[1, 7]] }],
    [
      'three heads',
      {
        inputs: [square(224)],
        outputs: [
          [1, 66],
          [1, 66],
          [1, 66],
        ],
      },
    ],
    ['nine outputs of other lengths', { inputs: [square(64)], outputs: repeat([3], 9) }],
    ['a face swapper', { inputs: [square(128), [1, 512]], outputs: [square(128)] }],
    ['nothing like a picture', { inputs: [[1, 5]], outputs: [[1, 5]] }],
  ])('%s is none of them', (_, model) => {
    expect(route(model)).toBeTypeOf('string');
  });
});

describe('mean and std', () => {
  const recognizer = (nodes: NonNullable<TinyModel['nodes']>): TinyModel => ({
    inputs: [square(112)],
    outputs: [[1, 512]],
    nodes,
  });
  const plain = recognizer([{ opType: 'Conv', name: 'Conv_0' }]);
  const inGraph = recognizer([
    { opType: 'Sub', name: 'a' },
    { opType: 'Mul', name: 'b' },
    { opType: 'Conv', name: 'c' },
  ]);
  const misleading = recognizer([
    { opType: 'Conv', name: 'Sub_minus' },
    { opType: 'Relu', name: 'Mul_0' },
  ]);

  test('are read from the operators: a graph that normalises its pixels gets 0 and 1', () => {
    expect(route(plain)).toMatchObject({ input: { mean: 127.5, std: 127.5 } });
    expect(route(inGraph)).toMatchObject({ input: { mean: 0, std: 1 } });
    expect(route(misleading)).toMatchObject({ input: { mean: 127.5, std: 127.5 } });
  });

  test('in compatibility mode are guessed from the names, as the Python package does', () => {
    expect(route(plain, 'insightface')).toMatchObject({ input: { mean: 127.5, std: 127.5 } });
    expect(route(inGraph, 'insightface')).toMatchObject({ input: { mean: 127.5, std: 127.5 } });
    expect(route(misleading, 'insightface')).toMatchObject({ input: { mean: 0, std: 1 } });
  });

  test('of points and gender networks: 127.5 and 128, or a BatchNormalization at the start', () => {
    const points = (nodes: NonNullable<TinyModel['nodes']>) => ({
      inputs: [square(192)],
      outputs: [[1, 212]],
      nodes,
    });
    const batchNormalization = points([{ opType: 'BatchNormalization', name: 'bn_data' }]);
    for (const compatibility of [undefined, 'insightface'] as const) {
      expect(route(batchNormalization, compatibility)).toMatchObject({ input: { mean: 0, std: 1 } });
      expect(route(points([{ opType: 'Conv', name: 'x' }]), compatibility)).toMatchObject({
        input: { mean: 127.5, std: 128 },
      });
    }
  });
});
