// Runs graphs in ONNX Runtime as they are, without its own optimiser where a test asks so.
import * as ort from 'onnxruntime-node';
import type { Model } from '../model.js';
import { writeModel } from '../write-model.js';
import type { Numbers } from './plain-operators.js';

/** Outputs by name for inputs by name. */
export async function run(
  model: Model | Uint8Array,
  feeds: Readonly<Record<string, Numbers>>,
): Promise<Record<string, Numbers>> {
  const bytes = model instanceof Uint8Array ? model : writeModel(model);
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [
        name,
        { data: Float32Array.from(value.data as Float32Array, Number), dims: value.dims },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** Largest difference as a part of the largest expected number; infinite when shapes differ. */
export function relativeDifference(actual: Numbers | undefined, expected: Numbers): number {
  if (actual?.dims.join() !== expected.dims.join()) return Number.POSITIVE_INFINITY;
  let largest = 1e-30;
  let difference = 0;
  for (const [index, value] of expected.data.entries()) {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - (actual.data[index] ?? Number.NaN)));
  }
  return difference / largest;
}
