// A pack is data: which files make up which models, how they want their pixels, and how well they were measured.
import type { Calibration } from '../recognition/calibration.js';

/** What a model does. */
export type Task = 'detection' | 'recognition' | 'landmark' | 'gender-age' | 'liveness';

/** One file of a model. */
export interface ModelFile {
  /** Which part of the model it is: `model`, or for a cascade `pnet`, `rnet`, `onet`; `weights` for TF.js shards. */
  readonly role: string;
  /** Path inside the pack's folder. */
  readonly file: string;
  readonly format: 'onnx' | 'tflite' | 'tfjs' | 'binary';
  /**
   * `npm:package@version/path`, `https://...`, `https://.../archive.zip#file`, or absent for a file that lies in the
   * pack's folder.
   */
  readonly source?: string;
  /** Bytes [start, end) of the source, for files packed into a larger one. */
  readonly range?: readonly [start: number, end: number];
  /**
   * Hex SHA-256 of the file (after `range`). Required for `npm:`; a file from https without one is trusted when it is
   * first fetched, and held to that copy's digest from then on.
   */
  readonly sha256?: string;
  readonly bytes?: number;
}

/** How the network wants its pixels. */
export interface InputSpec {
  /** Height and width, or absent where the graph leaves them free. */
  readonly size?: readonly [height: number, width: number];
  readonly color: 'rgb' | 'bgr' | 'grey';
  /** (x - mean) / std for x in 0..255; one number, or one per channel in the order of `color`. */
  readonly mean: number | readonly number[];
  readonly std: number | readonly number[];
  readonly layout: 'nchw' | 'nhwc';
}

/** What was measured with this model, and how. */
export interface Measurement {
  readonly protocol: string;
  readonly value: string;
}

/** One model of a pack. */
export interface ModelSpec {
  readonly name: string;
  readonly task: Task;
  /** Which code reads it: `scrfd`, `ultralight`, `arcface`, `mesh468` ... */
  readonly family: string;
  readonly files: readonly ModelFile[];
  readonly input: InputSpec;
  /** Detection: default lowest score. Liveness: from which probability a face counts as live; callers apply it. */
  readonly threshold?: number;
  /** Recognition: length of the embedding. */
  readonly dimension?: number;
  /** Recognition: cosine thresholds by false accept rate, such as `{"1e-3": 0.32}`. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Recognition: from cosine to confidence, fitted on people who are not in the reported test. */
  readonly calibration?: Calibration;
  readonly license: string;
  readonly provenance?: string;
  readonly measured?: readonly Measurement[];
  /** Not loaded unless asked for by name. */
  readonly optional?: boolean;
}

/** A whole pack. */
export interface PackManifest {
  readonly name: string;
  readonly title: string;
  readonly license: string;
  readonly models: readonly ModelSpec[];
}

/** A model whose files are at hand: ONNX bytes by role, imported and checked. */
export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly files: ReadonlyMap<string, Uint8Array>;
}
