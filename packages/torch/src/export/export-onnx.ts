// A module as an ONNX model, checked against the module itself.
import { checkModel, foldBatchNorm, type Model, writeModel } from '@insightface-ts/onnx';
import { TorchError } from '../errors.js';
import { zeros } from '../factories.js';
import { writeAtomically } from '../files/atomic-write.js';
import { type Module, placementOf } from '../nn/module.js';
import { OnnxGraph } from './onnx-graph.js';

/** How a module is exported. */
export interface ExportOptions {
  /** The input's shape, such as `['N', 3, 112, 112]`: a text is an axis of any size. Only the first axis may be one. */
  readonly input: readonly (number | string)[];
  /** Folds batch normalisations into the convolutions and matrix products before them; true by default. */
  readonly foldBatchNorm?: boolean;
  /** 'data' by default. */
  readonly inputName?: string;
  /** 'embedding' by default. */
  readonly outputName?: string;
}

/**
 * The module's evaluation mode as an ONNX model of opset 17; the module is not changed.
 * @throws TorchError `EXPORT_UNSUPPORTED` where a module has no `toOnnx`, `INVALID_ARGUMENT` for a shape it does not take.
 *
 * @example
 * ```ts
 * const model = exportOnnx(network, { input: ['N', 3, 112, 112] });
 * model.graph.inputs[0]?.dims; // ['N', 3, 112, 112]
 * ```
 */
export function exportOnnx(module: Module, options: ExportOptions): Model {
  const { input, inputName = 'data', outputName = 'embedding' } = options;
  if (input.slice(1).some(size => typeof size === 'string'))
    throw new TorchError(
      'INVALID_ARGUMENT',
      `The input [${input}] leaves more than the batch open: give numbers for the other axes.`,
    );
  const graph = new OnnxGraph(module);
  const result = module.toOnnx(graph, graph.input(inputName, input));
  const model = graph.build(result, outputName, [input[0], ...outputShape(module, input).slice(1)]);
  const folded = (options.foldBatchNorm ?? true) ? foldBatchNorm(model) : model;
  checkModel(folded);
  return folded;
}

/**
 * Writes the module as an ONNX file, which appears whole or not at all.
 * @throws TorchError as {@link exportOnnx}, and `WRITE_FAILED`
 */
export async function writeOnnx(module: Module, path: string, options: ExportOptions): Promise<void> {
  await writeAtomically(path, [writeModel(exportOnnx(module, options))]);
}

function outputShape(module: Module, input: readonly (number | string)[]): readonly number[] {
  return module.evaluating(() => {
    const sizes = input.map(size => (typeof size === 'string' ? 1 : size));
    return module.call(zeros(sizes, placementOf(module))).shape;
  });
}
