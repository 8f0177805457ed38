// PReLU written out by converters that had no operator for it, put together again (half of a face
// recogniser's time is in these element-wise passes):
//   relu(x) + slope * -relu(-x)      MTCNN
//   relu(x) + slope/2 * (x - |x|)    MobileFaceNet
import type { TfliteGraph, TfliteOperator } from './schema.js';

/** A PReLU found in a graph; its slopes are the constant's values times `scale`. */
export interface FusedPrelu extends TfliteOperator {
  readonly type: 'FUSED_PRELU';
  readonly scale: number;
}

/** The operators with every written-out PReLU replaced, and without those that no output needs. */
export function fusePrelu(graph: TfliteGraph): (TfliteOperator | FusedPrelu)[] {
  const producers = new Map<number, TfliteOperator>();
  for (const operator of graph.operators)
    for (const output of operator.outputs) producers.set(output, operator);
  return withoutDead(
    graph.operators.map(operator => matchPrelu(graph, producers, operator) ?? operator),
    graph.outputs,
  );
}

type Producers = ReadonlyMap<number, TfliteOperator>;

function matchPrelu(graph: TfliteGraph, producers: Producers, add: TfliteOperator): FusedPrelu | undefined {
  if (!isBare(add, 'ADD')) return undefined;
  for (const [positive, scaled] of bothWays(add)) {
    const relu = producerOf(producers, positive, 'RELU');
    const product = producerOf(producers, scaled, 'MUL');
    const source = relu?.inputs[0];
    if (source === undefined || !product || !isBare(product, 'MUL')) continue;
    for (const [slope, negative] of bothWays(product)) {
      const scale = isConstant(graph, producers, slope) && negativePart(producers, negative, source);
      if (scale) return { ...add, type: 'FUSED_PRELU', inputs: [source, slope!], scale };
    }
  }
  return undefined;
}

/** How many times min(x, 0) a value is: 1, 2, or 0 when it is something else. */
function negativePart(producers: Producers, value: number | undefined, source: number): number {
  const negated = producerOf(producers, value, 'NEG');
  if (negated) {
    const relu = producerOf(producers, negated.inputs[0], 'RELU');
    const mirrored = producerOf(producers, relu?.inputs[0], 'NEG');
    return mirrored?.inputs[0] === source ? 1 : 0;
  }
  const difference = producerOf(producers, value, 'SUB');
  if (!difference || !isBare(difference, 'SUB') || difference.inputs[0] !== source) return 0;
  return producerOf(producers, difference.inputs[1], 'ABS')?.inputs[0] === source ? 2 : 0;
}

function producerOf(
  producers: Producers,
  value: number | undefined,
  type: string,
): TfliteOperator | undefined {
  const operator = value === undefined ? undefined : producers.get(value);
  return operator?.type === type ? operator : undefined;
}

function isBare(operator: TfliteOperator, type: string): boolean {
  return operator.type === type && operator.inputs.length === 2 && (operator.options?.int8(0) ?? 0) === 0;
}

function bothWays({ inputs: [a, b] }: TfliteOperator): [number | undefined, number | undefined][] {
  return [
    [a, b],
    [b, a],
  ];
}

function isConstant(graph: TfliteGraph, producers: Producers, value: number | undefined): boolean {
  const from = producerOf(producers, value, 'DEQUANTIZE')?.inputs[0] ?? value;
  return from !== undefined && graph.tensors[from]?.bytes !== undefined;
}

function withoutDead<T extends TfliteOperator>(operators: readonly T[], outputs: readonly number[]): T[] {
  const needed = new Set(outputs);
  const alive: T[] = [];
  for (const operator of operators.toReversed()) {
    if (!operator.outputs.some(output => needed.has(output))) continue;
    for (const input of operator.inputs) needed.add(input);
    alive.push(operator);
  }
  return alive.reverse();
}
