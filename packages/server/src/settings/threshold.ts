// From settings, or what a request asks for, to the cosine that decides.
import { confidence, InsightFaceError, type RecognizerInfo, thresholdAtFar } from 'insightface-ts';
import type { Settings } from './settings.js';

/** What a request may ask for in place of the settings. */
export interface ThresholdChoice {
  readonly threshold?: number;
  readonly far?: number;
}

/**
 * The request's threshold or rate, else those of the settings.
 * @throws InsightFaceError `INVALID_ARGUMENT` for a rate that was not measured.
 */
export function thresholdFor(
  recognizer: RecognizerInfo,
  settings: Settings,
  choice: ThresholdChoice,
): number {
  if (choice.threshold !== undefined) return choice.threshold;
  if (choice.far === undefined && settings.threshold !== null) return settings.threshold;
  if (!recognizer.thresholds)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `No thresholds were measured for ${recognizer.name}. Set one: PUT /v1/settings with "threshold".`,
    );
  return thresholdAtFar(recognizer.thresholds, choice.far ?? settings.far);
}

/** Probability that two such faces are one person's, or null for a recogniser that was not calibrated. */
export function confidenceOf(recognizer: RecognizerInfo, similarity: number): number | null {
  return recognizer.calibration ? confidence(recognizer.calibration, similarity) : null;
}
