// TensorFlow's networks are channels-last (NHWC), ONNX's convolutions channels-first (NCHW). While a model is
// imported every value is known by its source name and may exist in two layouts: `plain`, as in the source,
// and `planar`, NCHW. An operator asks for the layout it wants; a Transpose is added only where the value
// does not exist in it yet. So convolutional parts stay planar and transposes remain at their edges only,
// whatever the runtime's optimiser does.
import { attribute, GraphBuilder } from '../builder.js';
import { OnnxError } from '../errors.js';
import type { Attribute, DataType, Dimension, Model } from '../model.js';
import { elementCount } from '../tensor.js';
import { type Constant, reshapeConstant, transposeConstant } from './constant.js';

/** NHWC to NCHW. */
const TO_PLANAR = [0, 3, 1, 2] as const;
/** NCHW to NHWC. */
export const TO_PLAIN = [0, 2, 3, 1] as const;
/** Where each NHWC axis is in NCHW. */
export const PLANAR_AXIS = [0, 2, 3, 1] as const;

interface Layouts {
  plain?: string;
  planar?: string;
}

/** A constant whose values are made when first asked for. */
export type LazyConstant = () => Constant;

/** The graph under construction. */
export class ChannelsLastGraph {
  readonly builder: GraphBuilder;
  readonly #constants = new Map<string, LazyConstant>();
  readonly #values = new Map<string, Layouts>();
  readonly #small = new Map<string, string>();
  #constantBytes: number;

  /**
   * @param names - All source names; they stay the names of the plain values.
   * @param constantBytes - Bytes of constants allowed. Parts of a hostile file can be expanded many times over.
   */
  constructor(name: string, names: Iterable<string>, constantBytes: number) {
    this.builder = new GraphBuilder(name);
    for (const value of names) this.builder.unique(value);
    this.#constantBytes = constantBytes;
  }

  defineInput(name: string, dims: readonly Dimension[] | undefined): void {
    this.builder.input(name, dims);
    this.#define(name, { plain: name });
  }

  defineConstant(name: string, constant: LazyConstant): void {
    this.#checkNew(name);
    let made: Constant | undefined;
    this.#constants.set(name, () => {
      made ??= constant();
      return made;
    });
  }

  /** Gives a value a second name. */
  alias(name: string, source: string): void {
    const constant = this.#constants.get(source);
    if (constant) this.defineConstant(name, constant);
    else this.#define(name, this.#layouts(source));
  }

  /** The constant of that name, or `undefined` when it is computed. */
  constant(name: string): Constant | undefined {
    return this.#constants.get(name)?.();
  }

  /** Whether the value is kept channels-first; such a value has four axes. */
  isPlanar(name: string): boolean {
    return this.#values.get(name)?.planar !== undefined;
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  /** The ONNX value in the source's own layout. */
  plain(name: string): string {
    const constant = this.constant(name);
    if (constant) return this.initializer(constant, name);
    const layouts = this.#layouts(name);
    if (layouts.plain === undefined) {
      if (layouts.planar === undefined) throw missing(name);
      layouts.plain = this.#transpose(layouts.planar, TO_PLAIN, name);
    }
    return layouts.plain;
  }

  /** The ONNX value of a rank 4 tensor, channels-first. */
  planar(name: string): string {
    const constant = this.constant(name);
    if (constant) return this.planarConstant(constant, name);
    const layouts = this.#layouts(name);
    layouts.planar ??= this.#transpose(this.plain(name), TO_PLANAR, this.builder.unique(`${name}/nchw`));
    return layouts.planar;
  }

  /** A constant that is broadcast against a planar value: `[C]` becomes `[C, 1, 1]`. */
  planarConstant(constant: Constant, name: string): string {
    const { dims } = constant;
    if (dims.length > 4) throw new OnnxError('MODEL_CORRUPT', `Constant ${name} has more than four axes.`);
    if (elementCount(dims) === 1) return this.initializer(reshapeConstant(constant, []), name);
    const full = [...new Array<number>(4 - dims.length).fill(1), ...dims];
    const turned = transposeConstant(reshapeConstant(constant, full), TO_PLANAR);
    const unbatched = full[0] === 1 ? reshapeConstant(turned, turned.dims.slice(1)) : turned;
    return this.initializer(unbatched, name);
  }

  /** Puts a constant into the file. */
  initializer(constant: Constant, name: string): string {
    const { kind, dims, values } = constant;
    // Axes, shapes and limits come up again and again; weights are not worth a key.
    const key = values.length <= 8 ? `${kind} ${dims.join()} ${Array.from(values).join()}` : undefined;
    const known = key === undefined ? undefined : this.#small.get(key);
    if (known !== undefined) return known;
    this.#constantBytes -= values.length * (kind === 'float32' ? 4 : 8);
    if (this.#constantBytes < 0)
      throw new OnnxError(
        'MODEL_CORRUPT',
        'The model uses the same bytes for too many constants; fetch it again.',
      );
    const id = this.builder.unique(`${name}/constant`);
    if (kind === 'float32') this.builder.float32(id, dims, values);
    else this.builder.int64(id, dims, values);
    if (key !== undefined) this.#small.set(key, id);
    return id;
  }

  scalar(value: number): string {
    return this.initializer({ kind: 'float32', dims: [], values: [value] }, 'scalar');
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.initializer({ kind: 'int64', dims, values }, 'ints');
  }

  /** Adds an operator whose result is in the source's own layout. */
  addPlain(
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, Attribute> = {},
  ) {
    this.builder.node(opType, inputs, { attributes, outputs: [output] });
    this.#define(output, { plain: output });
  }

  /** Adds an operator whose result is channels-first. */
  addPlanar(
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, Attribute> = {},
  ) {
    const planar = this.builder.unique(`${output}/nchw`);
    this.builder.node(opType, inputs, { attributes, outputs: [planar] });
    this.#define(output, { planar });
  }

  /** Makes a value an output of the model, in the source's layout and with the source's name. */
  defineOutput(name: string, outputName: string, dims: readonly Dimension[] | undefined, dataType: DataType) {
    const value = this.plain(name);
    if (value !== outputName) this.builder.node('Identity', [value], { outputs: [outputName] });
    this.builder.output(outputName, dims, dataType);
  }

  build(): Model {
    return this.builder.build();
  }

  #layouts(name: string): Layouts {
    const layouts = this.#values.get(name);
    if (!layouts) throw missing(name);
    return layouts;
  }

  #define(name: string, layouts: Layouts): void {
    this.#checkNew(name);
    this.#values.set(name, layouts);
  }

  #checkNew(name: string): void {
    if (this.#values.has(name) || this.#constants.has(name))
      throw new OnnxError('MODEL_CORRUPT', `The model computes ${name} twice; fetch it again.`);
  }

  #transpose(value: string, order: readonly number[], output: string): string {
    return this.builder.node('Transpose', [value], {
      attributes: { perm: attribute.ints(order) },
      outputs: [output],
    });
  }
}

function missing(name: string): OnnxError {
  return new OnnxError(
    'MODEL_CORRUPT',
    `The model uses ${name} before anything computes it; fetch it again.`,
  );
}
