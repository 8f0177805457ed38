// The recogniser behind an analysis, and the threshold that was measured for it.
import { type FaceAnalysis, InsightFaceError, type RecognizerInfo, thresholdAtFar } from 'insightface-ts';

/** @throws InsightFaceError `PACK_INVALID` when the pack has none. */
export function recognizerOf(app: FaceAnalysis): RecognizerInfo {
  if (!app.recognizer)
    throw new InsightFaceError('PACK_INVALID', 'The pack has no recogniser. Choose one that has.');
  return app.recognizer;
}

/** The threshold at a false accept rate, or `undefined` for a recogniser that was never measured. */
export function measuredThreshold(app: FaceAnalysis, far: number): number | undefined {
  const { thresholds } = recognizerOf(app);
  return thresholds && thresholdAtFar(thresholds, far);
}
