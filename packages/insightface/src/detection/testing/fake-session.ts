// A network that answers with given figures, for tests of what is done with them.
import type { Session, Tensor } from '../../runtime/session.js';
import type { InputSpec, ModelSpec } from '../../zoo/manifest.js';

export interface FakeOutput {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Answers every run alike, and remembers the shapes it was shown. */
export function fakeSession(
  inputDims: readonly (number | string)[],
  outputs: Readonly<Record<string, FakeOutput>>,
): Session & { readonly shown: (readonly number[])[]; disposed: boolean } {
  const shown: (readonly number[])[] = [];
  return {
    shown,
    disposed: false,
    inputs: [{ name: 'input', dims: inputDims }],
    outputs: Object.entries(outputs).map(([name, { dims }]) => ({ name, dims })),
    async run(feeds) {
      shown.push(feeds['input']?.dims ?? []);
      const answers: Record<string, Tensor> = {};
      for (const [name, { dims, data }] of Object.entries(outputs))
        answers[name] = { dims, data: Float32Array.from(data) };
      return answers;
    },
    async dispose() {
      this.disposed = true;
    },
  };
}

/** A shape filled with one figure, but for some. */
export function sparse(
  dims: readonly number[],
  values: Readonly<Record<number, number>> = {},
  elsewhere = 0,
): FakeOutput {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(elsewhere);
  for (const [at, value] of Object.entries(values)) data[Number(at)] = value;
  return { dims, data };
}

export function detectorSpec(family: string, layout: InputSpec['layout'] = 'nchw'): ModelSpec {
  return {
    name: `test-${family}`,
    task: 'detection',
    family,
    files: [],
    input: { color: 'rgb', mean: 127.5, std: 128, layout },
    license: 'none',
  };
}
