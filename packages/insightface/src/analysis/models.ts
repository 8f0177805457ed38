// From the models of a pack to objects that are ready to run.
import type { GenderAgeModel, Landmarker, LivenessModel } from '../attributes/attribute-model.js';
import { createGenderAgeModel, createLandmarker, createLivenessModel } from '../attributes/index.js';
import type { Detector } from '../detection/detector.js';
import { createDetector } from '../detection/index.js';
import { InsightFaceError } from '../errors.js';
import { type Calibration, createRecognizer } from '../recognition/index.js';
import type { Recognizer } from '../recognition/recognizer.js';
import type { Session, Tensor } from '../runtime/session.js';
import type { LoadedModel, ModelSpec } from '../zoo/manifest.js';

/** Who made an embedding: templates of different recognisers must never be compared. */
export interface RecognizerInfo {
  readonly name: string;
  /** Length of an embedding. */
  readonly dimension: number;
  /** Side of the aligned crops that it takes, in pixels. */
  readonly inputSize: number;
  /** Hex SHA-256 over the network's bytes and the way its pixels are fed. */
  readonly fingerprint: string;
  /** Cosine thresholds by false accept rate, where they were measured. */
  readonly thresholds?: Readonly<Record<string, number>>;
  readonly calibration?: Calibration;
}

/** The networks of one {@link FaceAnalysis}. */
export interface ModelSet {
  readonly detector: Detector;
  readonly detectorSpec: ModelSpec;
  readonly recognizer: Recognizer | undefined;
  readonly recognizerInfo: RecognizerInfo | undefined;
  readonly landmarkers: readonly Landmarker[];
  readonly genderAge: GenderAgeModel | undefined;
  readonly liveness: LivenessModel | undefined;
  /** Milliseconds that all networks have run since they were opened. */
  networkTime(): number;
  dispose(): Promise<void>;
}

/** What differs between Node and browsers when models are opened. */
export interface ModelPlatform {
  openSession(bytes: Uint8Array): Promise<Session>;
  /** Hex SHA-256 over the parts in order. */
  sha256(...parts: readonly (Uint8Array | string)[]): string | Promise<string>;
}

/** Opens every model. Whatever was opened is disposed of again when one of them fails. */
export async function openModels(models: readonly LoadedModel[], platform: ModelPlatform): Promise<ModelSet> {
  const opened: { dispose(): Promise<void> }[] = [];
  let network = 0;
  const open = async (model: LoadedModel): Promise<Map<string, Session>> => {
    const sessions = new Map<string, Session>();
    for (const [role, bytes] of model.files) {
      const session = await platform.openSession(bytes);
      opened.push(session);
      sessions.set(
        role,
        withClock(session, milliseconds => {
          network += milliseconds;
        }),
      );
    }
    return sessions;
  };
  const dispose = async () => {
    await Promise.all(opened.map(session => session.dispose()));
  };
  const first = (task: ModelSpec['task']) => models.find(model => model.spec.task === task);
  try {
    const detection = first('detection');
    if (!detection)
      throw new InsightFaceError(
        'PACK_INVALID',
        'The pack has no detector, and faces cannot be found without one.',
      );
    const recognition = first('recognition');
    const genderAge = first('gender-age');
    const liveness = first('liveness');
    const landmarkers: Landmarker[] = [];
    for (const model of models)
      if (model.spec.task === 'landmark') landmarkers.push(createLandmarker(model.spec, await open(model)));
    const recognizer = recognition && createRecognizer(recognition.spec, await open(recognition));
    return {
      detector: createDetector(detection.spec, await open(detection)),
      detectorSpec: detection.spec,
      recognizer,
      recognizerInfo: recognition && recognizer && (await describe(recognition, recognizer, platform)),
      landmarkers,
      genderAge: genderAge && createGenderAgeModel(genderAge.spec, await open(genderAge)),
      liveness: liveness && createLivenessModel(liveness.spec, await open(liveness)),
      networkTime: () => network,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function withClock(session: Session, add: (milliseconds: number) => void): Session {
  return {
    inputs: session.inputs,
    outputs: session.outputs,
    dispose: () => session.dispose(),
    run: async (feeds: Readonly<Record<string, Tensor>>) => {
      const start = performance.now();
      try {
        return await session.run(feeds);
      } finally {
        add(performance.now() - start);
      }
    },
  };
}

async function describe(
  { spec, files }: LoadedModel,
  recognizer: Recognizer,
  platform: ModelPlatform,
): Promise<RecognizerInfo> {
  const feeding = JSON.stringify([spec.input.color, spec.input.mean, spec.input.std]);
  return {
    name: spec.name,
    dimension: recognizer.dimension,
    inputSize: recognizer.inputSize,
    fingerprint: await platform.sha256(feeding, ...files.values()),
    ...(spec.thresholds && { thresholds: spec.thresholds }),
    ...(spec.calibration && { calibration: spec.calibration }),
  };
}
