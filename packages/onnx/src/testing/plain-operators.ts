// TensorFlow's operators in their most obvious form, channels last: what the importers are tested against.

/** A tensor of floats, row-major. */
export interface Numbers {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Height before width. */
export type Pair = readonly [number, number];

/** A tensor whose elements are computed from their index. */
export function fill(dims: readonly number[], value: (index: number) => number): Numbers {
  const size = dims.reduce((product, side) => product * side, 1);
  return { dims, data: Float32Array.from({ length: size }, (_, index) => value(index)) };
}

/** Numbers between -1 and 1 without a pattern that an error in the order of axes could hide in. */
export function waves(dims: readonly number[], seed = 1): Numbers {
  return fill(dims, index => Math.sin(index * 0.7 + seed) * Math.cos(index * index * 0.013 + seed));
}

/** An element; 0 outside. */
export function at({ data, dims }: Numbers, ...place: number[]): number {
  let index = 0;
  for (const [axis, position] of place.entries()) {
    const size = dims[axis] as number;
    if (position < 0 || position >= size) return 0;
    index = index * size + position;
  }
  return data[index] as number;
}

/** A tensor whose elements are computed from their place. */
export function build(dims: readonly number[], value: (...place: number[]) => number): Numbers {
  return fill(dims, index => {
    const place: number[] = [];
    let rest = index;
    for (const size of dims.toReversed()) {
      place.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return value(...place);
  });
}

export interface Sliding {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations?: Pair;
  readonly padding: 'SAME' | 'VALID';
}

/** Size of the result and padding before it, by TensorFlow's rules. */
function slide(input: number, axis: 0 | 1, { kernel, strides, dilations = [1, 1], padding }: Sliding) {
  const reach = (kernel[axis] - 1) * dilations[axis] + 1;
  if (padding === 'VALID') return { size: Math.floor((input - reach) / strides[axis]) + 1, before: 0 };
  const size = Math.ceil(input / strides[axis]);
  return { size, before: Math.floor(Math.max(0, (size - 1) * strides[axis] + reach - input) / 2) };
}

/** `filter` is `[height, width, in, out]`; with `depthwise` `[height, width, in, multiplier]`. */
export function convolution(
  x: Numbers,
  filter: Numbers,
  bias: Numbers | undefined,
  options: Omit<Sliding, 'kernel'> & { readonly depthwise?: boolean },
): Numbers {
  const [kernelHeight = 0, kernelWidth = 0, inner = 0, last = 0] = filter.dims;
  const sliding = { ...options, kernel: [kernelHeight, kernelWidth] as const };
  const [batch = 0, height = 0, width = 0] = x.dims;
  const rows = slide(height, 0, sliding);
  const columns = slide(width, 1, sliding);
  const [downBy, rightBy] = options.dilations ?? [1, 1];
  const channels = options.depthwise ? inner * last : last;
  return build([batch, rows.size, columns.size, channels], (n = 0, row = 0, column = 0, channel = 0) => {
    let sum = bias ? at(bias, channel) : 0;
    for (let i = 0; i < kernelHeight; i++)
      for (let j = 0; j < kernelWidth; j++) {
        const y = row * options.strides[0] - rows.before + i * downBy;
        const z = column * options.strides[1] - columns.before + j * rightBy;
        if (options.depthwise) {
          const from = Math.floor(channel / last);
          sum += at(x, n, y, z, from) * at(filter, i, j, from, channel % last);
        } else for (let c = 0; c < inner; c++) sum += at(x, n, y, z, c) * at(filter, i, j, c, channel);
      }
    return sum;
  });
}

/** Largest or mean value of each window; padding counts for neither. */
export function pooling(x: Numbers, kind: 'max' | 'mean', sliding: Sliding): Numbers {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.dims;
  const rows = slide(height, 0, sliding);
  const columns = slide(width, 1, sliding);
  return build([batch, rows.size, columns.size, channels], (n = 0, row = 0, column = 0, c = 0) => {
    const seen: number[] = [];
    for (let i = 0; i < sliding.kernel[0]; i++)
      for (let j = 0; j < sliding.kernel[1]; j++) {
        const y = row * sliding.strides[0] - rows.before + i;
        const z = column * sliding.strides[1] - columns.before + j;
        if (y >= 0 && y < height && z >= 0 && z < width) seen.push(at(x, n, y, z, c));
      }
    return kind === 'max' ? Math.max(...seen) : seen.reduce((a, b) => a + b) / seen.length;
  });
}

/** Bilinear resize; neither flag is TensorFlow's old way. */
export function resize(
  x: Numbers,
  [toHeight, toWidth]: Pair,
  { alignCorners = false, halfPixelCenters = false },
): Numbers {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.dims;
  const source = (to: number, from: number, size: number) => {
    const scale = alignCorners && size > 1 ? (from - 1) / (size - 1) : from / size;
    const position = halfPixelCenters ? Math.max(0, (to + 0.5) * scale - 0.5) : to * scale;
    const low = Math.min(Math.floor(position), from - 1);
    return { low, high: Math.min(low + 1, from - 1), part: position - low };
  };
  return build([batch, toHeight, toWidth, channels], (n = 0, row = 0, column = 0, c = 0) => {
    const y = source(row, height, toHeight);
    const z = source(column, width, toWidth);
    const upper = at(x, n, y.low, z.low, c) * (1 - z.part) + at(x, n, y.low, z.high, c) * z.part;
    const lower = at(x, n, y.high, z.low, c) * (1 - z.part) + at(x, n, y.high, z.high, c) * z.part;
    return upper * (1 - y.part) + lower * y.part;
  });
}

/** Blocks of channels become pixels side by side. */
export function depthToPixels(x: Numbers, block: number): Numbers {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.dims;
  const depth = channels / (block * block);
  return build([batch, height * block, width * block, depth], (n = 0, row = 0, column = 0, c = 0) =>
    at(
      x,
      n,
      Math.floor(row / block),
      Math.floor(column / block),
      ((row % block) * block + (column % block)) * depth + c,
    ),
  );
}

/** `map` on every element. */
export function each({ data, dims }: Numbers, map: (value: number, index: number) => number): Numbers {
  return { dims, data: Float32Array.from(data, map) };
}

/** Softmax over the last axis. */
export function softmaxed(x: Numbers): Numbers {
  const length = x.dims.at(-1) ?? 1;
  return each(x, (value, index) => {
    const start = index - (index % length);
    const row = Array.from(x.data.subarray(start, start + length), Math.exp);
    return Math.exp(value) / row.reduce((a, b) => a + b);
  });
}
