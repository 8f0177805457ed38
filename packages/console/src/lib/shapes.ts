// Names for what the server answers.
import type { OperationAnswer } from '@insightface-ts/client';

export type FaceJson = OperationAnswer<'POST /v1/detect'>['faces'][number];
export type FoundFace = OperationAnswer<'POST /v1/search'>['faces'][number];
export type MatchJson = FoundFace['matches'][number];
export type PersonJson = OperationAnswer<'GET /v1/people'>['people'][number];
export type SettingsJson = OperationAnswer<'GET /v1/settings'>;
export type JobJson = OperationAnswer<'GET /v1/jobs'>['jobs'][number];

/** A face as a photo is drawn with it. */
export interface DrawnFace extends FaceJson {
  readonly label?: string;
  /** Recognised, or chosen. */
  readonly isStrong?: boolean;
}
