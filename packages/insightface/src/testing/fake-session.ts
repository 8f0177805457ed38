// A session whose network is a function: for tests of what lies before and after a network.
import type { Session, Tensor, TensorInfo } from '../runtime/session.js';
import type { InputSpec, ModelSpec, Task } from '../zoo/manifest.js';

export interface FakeSession extends Session {
  /** Shapes of the inputs of each run so far. */
  readonly runs: number[][];
  disposed: boolean;
}

/** A network with one input and one output: `answer` turns one picture's numbers into its output. */
export function fakeSession(
  dims: readonly (number | string)[],
  outputDims: readonly (number | string)[],
  answer: (picture: Float32Array) => ArrayLike<number>,
): FakeSession {
  const inputs: TensorInfo[] = [{ name: 'input', dims }];
  const outputs: TensorInfo[] = [{ name: 'output', dims: outputDims }];
  const session: FakeSession = {
    inputs,
    outputs,
    runs: [],
    disposed: false,
    run: async (feeds: Readonly<Record<string, Tensor>>) => {
      const { data, dims: shape } = feeds['input'] as Tensor;
      session.runs.push([...shape]);
      const count = shape[0] as number;
      const length = data.length / count;
      const answers = Array.from({ length: count }, (_, index) => [
        ...Array.from(answer(data.subarray(index * length, (index + 1) * length))),
      ]);
      return { output: { data: Float32Array.from(answers.flat()), dims: [count, answers[0]?.length ?? 0] } };
    },
    dispose: async () => {
      session.disposed = true;
    },
  };
  return session;
}

/** A manifest entry with what most tests do not look at filled in. */
export function fakeSpec(
  task: Task,
  family: string,
  input: InputSpec,
  more: Partial<ModelSpec> = {},
): ModelSpec {
  return { name: `${family} under test`, task, family, files: [], license: 'none', input, ...more };
}
