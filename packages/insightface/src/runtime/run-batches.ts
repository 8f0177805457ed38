// Crops of one size through a network, in batches of bounded memory, whatever batch its graph allows.
import { throwIfAborted } from '../abort.js';
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import { toTensor } from '../image/tensor.js';
import type { InputSpec, ModelSpec } from '../zoo/manifest.js';
import { allFinite } from './finite.js';
import type { Session, Tensor } from './session.js';

/** Pixels of one run: a CPU gains nothing by more, and activations take a hundred times their memory. */
const batchPixels = 16 * 112 * 112;
const maxBatch = 32;

/** The network of a model that is one file. @throws InsightFaceError `MODEL_INVALID` when there is none. */
export function modelSession(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Session {
  const session = sessions.get('model');
  if (!session)
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${spec.name} needs one file with the role "model" in its manifest.`,
    );
  return session;
}

/**
 * Height and width that a network wants: the manifest's, or else the graph's own.
 * @throws InsightFaceError `MODEL_INVALID` when neither says, or they contradict each other.
 */
export function inputSize(spec: ModelSpec, session: Session): readonly [height: number, width: number] {
  const dims = session.inputs[0]?.dims ?? [];
  const [height, width] = spec.input.layout === 'nchw' ? dims.slice(2) : dims.slice(1, 3);
  const ofGraph = [height, width].map(side => (typeof side === 'number' && side > 0 ? side : undefined));
  const size = spec.input.size ?? ofGraph;
  for (const [axis, side] of size.entries())
    if (side === undefined || (ofGraph[axis] !== undefined && ofGraph[axis] !== side))
      throw new InsightFaceError(
        'MODEL_INVALID',
        `${spec.name}: the manifest says input ${spec.input.size?.join('x') ?? 'of any size'}, the graph [${dims.join(', ')}]. State the size and layout that the graph has.`,
      );
  return size as readonly [number, number];
}

/**
 * Runs all crops and returns, by name of the output, the values of each crop in order.
 * A graph with a fixed batch is fed that many, the last ones filled up with black.
 * @throws InsightFaceError `ABORTED`, `INFERENCE_FAILED`, or `MODEL_INVALID` when an output does not divide among
 * the crops.
 */
export async function runBatches(
  session: Session,
  crops: readonly Image[],
  input: InputSpec,
  signal?: AbortSignal,
): Promise<Map<string, Float32Array[]>> {
  const results = new Map<string, Float32Array[]>(session.outputs.map(output => [output.name, []]));
  const [first] = crops;
  if (!first) return results;
  const name = session.inputs[0]?.name ?? '';
  const fixed = fixedBatch(session);
  const step =
    fixed ?? Math.max(1, Math.min(maxBatch, Math.floor(batchPixels / (first.width * first.height))));
  for (let start = 0; start < crops.length; start += step) {
    throwIfAborted(signal);
    const batch = crops.slice(start, start + step);
    const tensor = toTensor(batch, input);
    const outputs = await session.run({ [name]: fixed ? filledUp(tensor, fixed) : tensor });
    const size = fixed ?? batch.length;
    for (const [output, { data }] of Object.entries(outputs)) {
      const length = data.length / size;
      if (!Number.isInteger(length))
        throw new InsightFaceError(
          'MODEL_INVALID',
          `The output ${output} has ${data.length} numbers for ${size} pictures; it is not one answer for each.`,
        );
      const answers = results.get(output) ?? [];
      for (let index = 0; index < batch.length; index++)
        answers.push(data.subarray(index * length, (index + 1) * length));
      results.set(output, answers);
    }
  }
  return results;
}

/** The values of the output that has most of them for each crop. @throws InsightFaceError `MODEL_INVALID` for NaN. */
export function largestOutput(outputs: ReadonlyMap<string, Float32Array[]>): readonly Float32Array[] {
  let largest: readonly Float32Array[] = [];
  for (const answers of outputs.values())
    if ((answers[0]?.length ?? 0) > (largest[0]?.length ?? 0)) largest = answers;
  if (!largest.every(allFinite))
    throw new InsightFaceError(
      'MODEL_INVALID',
      'The network answers with numbers that are not finite. Check mean and std in its manifest.',
    );
  return largest;
}

function fixedBatch(session: Session): number | undefined {
  const batch = session.inputs[0]?.dims[0];
  return typeof batch === 'number' && batch > 0 ? batch : undefined;
}

function filledUp(tensor: Tensor, batch: number): Tensor {
  const [count = 0, ...rest] = tensor.dims;
  if (count === batch) return tensor;
  const data = new Float32Array((tensor.data.length / count) * batch);
  data.set(tensor.data);
  return { data, dims: [batch, ...rest] };
}
