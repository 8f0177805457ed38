// Packs of InsightFace 2.x: `manifest.json` with `manifest_version: 2`.
// https://github.com/deepinsight/insightface, python-package/docs/model_zoo.md
import * as v from 'valibot';
import { InsightFaceError } from '../errors.js';
import type { InputSpec, ModelSpec, PackManifest, Task } from './manifest.js';
import { checkSchema, filePath, sha256 } from './manifest-schema.js';

const number = v.pipe(v.number(), v.finite());
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const channels = <Schema extends v.GenericSchema<number>>(item: Schema) =>
  v.union([item, v.pipe(v.array(item), v.length(3))]);
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8192));

const taskSchema = v.object({
  file: filePath,
  sha256: v.exactOptional(v.pipe(v.string(), v.toLowerCase(), sha256)),
  input_size: v.exactOptional(v.strictTuple([side, side])),
  embedding_dimension: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  preprocessing: v.exactOptional(
    v.union([
      v.literal('embedded'),
      v.strictObject({
        mean: v.exactOptional(channels(number)),
        std: v.exactOptional(channels(positive)),
        scale: v.exactOptional(positive),
      }),
    ]),
  ),
  preprocessing_version: v.exactOptional(v.string()),
});

const schema = v.object({
  manifest_version: v.literal(2),
  model_id: v.pipe(v.string(), v.regex(/^[\w.-]{1,128}$/, 'must be letters, digits, dots, - and _')),
  display_name: v.exactOptional(v.string()),
  license: v.pipe(v.string(), v.nonEmpty()),
  tasks: v.record(v.string(), v.unknown()),
});

type TaskEntry = v.InferOutput<typeof taskSchema>;

interface Kind {
  readonly task: Task;
  readonly family: string;
  readonly mean: number;
  readonly std: number;
  /** Absent where the graph takes any size: `input_size` is then only advice. */
  readonly size?: readonly [height: number, width: number];
}

/** The tasks that are loaded, with what holds when the manifest is silent. */
const kinds: Readonly<Record<string, Kind>> = {
  detection: { task: 'detection', family: 'scrfd', mean: 127.5, std: 128 },
  recognition: { task: 'recognition', family: 'arcface', mean: 127.5, std: 127.5, size: [112, 112] },
  landmark_2d_106: { task: 'landmark', family: 'landmark2d106', mean: 0, std: 1, size: [192, 192] },
  landmark_3d_68: { task: 'landmark', family: 'landmark3d68', mean: 0, std: 1, size: [192, 192] },
  genderage: { task: 'gender-age', family: 'genderage', mean: 0, std: 1, size: [96, 96] },
};

/** Whether a manifest.json is of InsightFace 2.x rather than ours. */
export function isInsightfaceV2(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'manifest_version' in data;
}

/** @throws InsightFaceError `PACK_INVALID`, which names the field. */
export function readInsightfaceV2(
  data: unknown,
  name: string,
  onNotice: (text: string) => void,
): PackManifest {
  const { model_id, display_name, license, tasks } = checkSchema(schema, data, name);
  const models: ModelSpec[] = [];
  for (const [task, entry] of Object.entries(tasks)) {
    const kind = Object.hasOwn(kinds, task) ? kinds[task] : undefined;
    if (!kind) {
      onNotice(`The task ${task} of the pack ${model_id} is ignored: this library has no such task.`);
      continue;
    }
    const checked = checkSchema(
      v.object({ tasks: v.object({ [task]: taskSchema }) }),
      { tasks: { [task]: entry } },
      name,
    );
    models.push(modelOf(kind, checked.tasks[task] as TaskEntry, license));
  }
  if (models.length === 0)
    throw new InsightFaceError(
      'PACK_INVALID',
      `The manifest of the pack ${name} names no task that is known.`,
    );
  return { name: model_id, title: display_name || model_id, license, models };
}

function modelOf(kind: Kind, entry: TaskEntry, license: string): ModelSpec {
  const size = kind.size && (entry.input_size ?? kind.size);
  return {
    name: entry.file.replace(/^.*\/|\.onnx$/g, ''),
    task: kind.task,
    family: kind.family,
    files: [
      { role: 'model', file: entry.file, format: 'onnx', ...(entry.sha256 && { sha256: entry.sha256 }) },
    ],
    input: { color: 'rgb', layout: 'nchw', ...normalization(kind, entry), ...(size && { size }) },
    ...(kind.task === 'recognition' && { dimension: entry.embedding_dimension ?? 512 }),
    license,
  };
}

/** (x * scale - mean) / std, with `scale` folded into the other two. */
function normalization(kind: Kind, { preprocessing }: TaskEntry): Pick<InputSpec, 'mean' | 'std'> {
  if (preprocessing === 'embedded') return { mean: 0, std: 1 };
  const { mean = kind.mean, std = kind.std, scale = 1 } = preprocessing ?? {};
  const divide = (value: number | readonly number[]) =>
    typeof value === 'number' ? value / scale : value.map(item => item / scale);
  return { mean: divide(mean), std: divide(std) };
}
