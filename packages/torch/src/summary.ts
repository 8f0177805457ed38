// What a network costs: parameters and multiply-accumulates (MACs; FLOPs are twice as many), layer by layer.
// Counted as the literature does: convolutions, matrix products and attention; normalisations and activations are free.
import { zeros } from './factories.js';
import { type Module, observeCalls, placementOf } from './nn/module.js';
import type { Tensor } from './tensor.js';

/** One call of a module that has parameters of its own, or costs MACs. */
export interface LayerSummary {
  /** Path in the network, such as `layer1.0.conv1`. */
  readonly name: string;
  /** Class, such as `Conv2d`. */
  readonly type: string;
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Of the module alone, without its children; 0 when it was listed before. */
  readonly parameters: number;
  readonly macs: number;
}

/** A network's cost at one input shape. */
export interface Summary {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly parameters: number;
  /** Parameters that are not frozen. */
  readonly trainable: number;
  /** Elements of buffers, such as running means. */
  readonly buffers: number;
  readonly macs: number;
  readonly layers: readonly LayerSummary[];
  /** A plain table. */
  toString(): string;
}

/**
 * Runs the module once in evaluation mode on zeros and counts.
 * @param input the whole shape, such as `[1, 3, 112, 112]`.
 */
export function summary(module: Module, input: readonly number[]): Summary {
  const names = new Map([...module.namedModules()].map(([name, inner]) => [inner, name]));
  const seen = new Set<Module>();
  const layers: LayerSummary[] = [];
  const output = module.evaluating(() =>
    observeCalls(
      (inner, x, y) => {
        const parameters = seen.has(inner) ? 0 : ownParameters(inner);
        seen.add(inner);
        const macs = inner.macs(x.shape, y.shape);
        if (parameters === 0 && macs === 0) return;
        const name = names.get(inner) ?? '';
        layers.push({
          name,
          type: inner.constructor.name,
          input: x.shape,
          output: y.shape,
          parameters,
          macs,
        });
      },
      () => module.call(zeros(input, placementOf(module))).shape,
    ),
  );
  const parameters = module.parameters();
  const result = {
    input,
    output,
    parameters: elements(parameters),
    trainable: elements(parameters.filter(parameter => parameter.requiresGrad)),
    buffers: elements(module.namedBuffers().values()),
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
    layers,
  };
  return { ...result, toString: () => table(result) };
}

function ownParameters(module: Module): number {
  return elements(
    [...module.namedParameters()].filter(([name]) => !name.includes('.')).map(([, tensor]) => tensor),
  );
}

function elements(tensors: Iterable<Tensor>): number {
  return [...tensors].reduce((sum, tensor) => sum + tensor.size, 0);
}

function table(result: Omit<Summary, 'toString'>): string {
  const rows = [
    ['layer', 'type', 'output', 'parameters', 'MACs'],
    ...result.layers.map(layer => [
      layer.name,
      layer.type,
      layer.output.join(' x '),
      layer.parameters.toLocaleString('en'),
      layer.macs.toLocaleString('en'),
    ]),
    [
      'total',
      '',
      result.output.join(' x '),
      result.parameters.toLocaleString('en'),
      result.macs.toLocaleString('en'),
    ],
  ];
  const widths = [0, 1, 2, 3, 4].map(column => Math.max(...rows.map(row => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [...rows.map(line), `trainable ${result.trainable.toLocaleString('en')}`].join('\n');
}
