// Manifests that people write, checked before anything else looks at them.
import * as v from 'valibot';
import { InsightFaceError } from '../errors.js';
import { relativePathProblem, sourceProblem } from './fetch/source.js';
import type { PackManifest } from './manifest.js';

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8192));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const cosine = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));
const finite = v.pipe(v.number(), v.finite());
const divisor = v.pipe(v.number(), v.finite(), v.gtValue(0));

/** A path that stays inside the pack's folder. */
export const filePath = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed && relativePathProblem(dataset.value);
    if (problem) addIssue({ message: problem });
  }),
);

/** A digest as manifests write it. */
export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'));

const source = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed && sourceProblem(dataset.value);
    if (problem) addIssue({ message: problem });
  }),
);

const modelFile = v.pipe(
  v.strictObject({
    role: text,
    file: filePath,
    format: v.picklist(['onnx', 'tflite', 'tfjs', 'binary']),
    source: v.exactOptional(source),
    range: v.exactOptional(
      v.pipe(
        v.strictTuple([v.pipe(v.number(), v.integer(), v.minValue(0)), v.pipe(v.number(), v.integer())]),
        v.check(([start, end]) => start < end, 'must start before it ends'),
      ),
    ),
    sha256: v.exactOptional(sha256),
    bytes: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  }),
  v.check(
    file => !file.source?.startsWith('npm:') || file.sha256 !== undefined,
    'a file from npm needs its sha256',
  ),
);

const channels = (item: typeof finite | typeof divisor) => v.union([item, v.array(item)]);

const input = v.pipe(
  v.strictObject({
    size: v.exactOptional(v.strictTuple([size, size])),
    color: v.picklist(['rgb', 'bgr', 'grey']),
    mean: channels(finite),
    std: channels(divisor),
    layout: v.picklist(['nchw', 'nhwc']),
  }),
  v.check(
    ({ color, mean, std }) =>
      [mean, std].every(values => typeof values === 'number' || values.length === (color === 'grey' ? 1 : 3)),
    'must give mean and std as one number, or one for each channel',
  ),
);

const model = v.strictObject({
  name: text,
  task: v.picklist(['detection', 'recognition', 'landmark', 'gender-age', 'liveness']),
  family: text,
  files: v.pipe(
    v.array(modelFile),
    v.minLength(1, 'must name at least one file'),
    v.check(
      files => new Set(files.map(file => file.role)).size === files.length,
      'must not use a role twice',
    ),
  ),
  input,
  threshold: v.exactOptional(fraction),
  dimension: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65536))),
  thresholds: v.exactOptional(
    v.record(v.pipe(v.string(), v.check(isRate, 'must be a rate such as 1e-3')), cosine),
  ),
  calibration: v.exactOptional(v.strictObject({ slope: finite, offset: finite })),
  license: text,
  provenance: v.exactOptional(text),
  measured: v.exactOptional(v.array(v.strictObject({ protocol: text, value: text }))),
  optional: v.exactOptional(v.boolean()),
});

const manifest = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[\w.-]{1,128}$/, 'must be letters, digits, dots, - and _')),
  title: text,
  license: text,
  models: v.pipe(
    v.array(model),
    v.minLength(1, 'must name at least one model'),
    v.check(
      models => new Set(models.map(({ name }) => name)).size === models.length,
      'must not name a model twice',
    ),
  ),
});

function isRate(text: string): boolean {
  const rate = Number(text);
  return rate > 0 && rate < 1;
}

/**
 * A manifest as data that was read from JSON or handed in.
 * @throws InsightFaceError `PACK_INVALID`, which names the field.
 */
export function checkManifest(data: unknown, name: string): PackManifest {
  return checkSchema(manifest, data, name);
}

/** @throws InsightFaceError `PACK_INVALID`, which names the field. */
export function checkSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  data: unknown,
  name: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, data);
  if (result.success) return result.output;
  const problems = result.issues.slice(0, 3).map(issue => {
    const path = v.getDotPath(issue);
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  throw new InsightFaceError(
    'PACK_INVALID',
    `The manifest of the pack ${name} is wrong. ${problems.join('; ')}.`,
  );
}
