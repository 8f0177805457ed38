// One network of a detector: shows it pictures, and checks what a file claims to be before its outputs are used.
import { throwIfAborted } from '../abort.js';
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import { toTensor } from '../image/tensor.js';
import type { Session, Tensor } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Size } from './detector.js';

/** A network that reads pictures. */
export class Network {
  readonly spec: ModelSpec;
  /** Size of its picture, where the graph fixes it. */
  readonly fixedSize: Size | undefined;
  /** Names of its outputs in the graph's order. */
  readonly outputs: readonly string[];
  readonly #session: Session;
  readonly #input: string;

  /** @throws InsightFaceError `MODEL_INVALID` when the file is missing or has another kind of input. */
  constructor(spec: ModelSpec, sessions: ReadonlyMap<string, Session>, role = 'model') {
    this.spec = spec;
    const session = sessions.get(role);
    if (!session) throw this.invalid(`it has no file with the role "${role}"`);
    const [input, ...others] = session.inputs;
    if (!input || others.length > 0)
      throw this.invalid(`it has ${session.inputs.length} inputs instead of one picture`);
    const [height, width, channels] = spec.input.layout === 'nchw' ? [2, 3, 1] : [1, 2, 3];
    const side = (axis: number) => {
      const size = input.dims[axis];
      return typeof size === 'number' && size > 0 ? size : undefined;
    };
    if (input.dims.length !== 4 || (side(channels) ?? 3) !== 3)
      throw this.invalid(
        `its input has the shape ${input.dims.join('x')} instead of that of a colour picture`,
      );
    const [fixedHeight, fixedWidth] = [side(height), side(width)];
    if (fixedHeight !== undefined && fixedWidth !== undefined)
      this.fixedSize = { width: fixedWidth, height: fixedHeight };
    this.outputs = session.outputs.map(output => output.name);
    this.#session = session;
    this.#input = input.name;
  }

  /** Runs on pictures of one size. Outputs by name. */
  async run(images: readonly Image[], signal: AbortSignal | undefined): Promise<Outputs> {
    throwIfAborted(signal);
    const tensor = toTensor(images, this.spec.input);
    const outputs = await this.#session.run({ [this.#input]: tensor });
    // An output without a single number would pass for a photo without faces.
    for (const [name, { data }] of Object.entries(outputs))
      if (data.length > 0 && !data.some(Number.isFinite))
        throw this.invalid(`its output ${name} holds no finite number, with the mean and std of its pack`);
    return new Outputs(this, outputs);
  }

  /** The error for a file that is not what its pack says. */
  invalid(reason: string): InsightFaceError {
    return new InsightFaceError(
      'MODEL_INVALID',
      `${this.spec.name} is no ${this.spec.family} detector: ${reason}. Check the model's file and the family that its pack names.`,
    );
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}

/** Outputs of a run, read with their shapes checked. */
export class Outputs {
  readonly #network: Network;
  readonly #tensors: Readonly<Record<string, Tensor>>;

  constructor(network: Network, tensors: Readonly<Record<string, Tensor>>) {
    this.#network = network;
    this.#tensors = tensors;
  }

  /** Floats of a named output of `rows` x `columns`. @throws InsightFaceError `MODEL_INVALID`. */
  named(name: string, rows: number, columns: number): Float32Array {
    const tensor = this.#tensors[name];
    if (!tensor) throw this.#network.invalid(`the output ${name} is missing`);
    if (tensor.data.length !== rows * columns)
      throw this.#network.invalid(
        `the output ${name} has the shape ${tensor.dims.join('x')} where ${rows} rows of ${columns} are due`,
      );
    return tensor.data;
  }

  /** Floats of the only output whose last dimension is `columns`. @throws InsightFaceError `MODEL_INVALID`. */
  withColumns(columns: number, rows: number): Float32Array {
    const names = Object.keys(this.#tensors).filter(name => this.#tensors[name]?.dims.at(-1) === columns);
    const [name, ...others] = names;
    if (name === undefined || others.length > 0)
      throw this.#network.invalid(`${names.length} of its outputs have ${columns} columns, where one is due`);
    return this.named(name, rows, columns);
  }

  /** Second and third dimension of the output of four whose last is `columns`: the grid of a scan. @throws `MODEL_INVALID`. */
  grid(columns: number): [number, number] {
    const tensor = Object.values(this.#tensors).find(({ dims }) => dims.length === 4 && dims[3] === columns);
    if (!tensor) throw this.#network.invalid(`it has no output of four dimensions with ${columns} columns`);
    return [tensor.dims[1] ?? 0, tensor.dims[2] ?? 0];
  }

  /** Rows of the output with so many columns; 0 where there is none. */
  rows(columns: number): number {
    const tensor = Object.values(this.#tensors).find(({ dims }) => dims.at(-1) === columns);
    return tensor ? tensor.data.length / columns : 0;
  }

  /** Every output as it is. */
  all(): Tensor[] {
    return Object.values(this.#tensors);
  }
}
