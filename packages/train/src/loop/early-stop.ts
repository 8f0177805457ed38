// Ends a run whose evaluations no longer get better.

/** What must outlive an interruption. */
export interface EarlyStopState {
  /** Best accuracy so far, 0 to 1; -1 before the first evaluation. */
  readonly best: number;
  readonly bestStep: number;
  /** Evaluations since. */
  readonly since: number;
  /** Step of the last evaluation; -1 before the first. */
  readonly step: number;
}

export const noEvaluations: EarlyStopState = { best: -1, bestStep: 0, since: 0, step: -1 };

/** The state after one more evaluation. */
export function afterEvaluation(state: EarlyStopState, step: number, accuracy: number): EarlyStopState {
  return accuracy > state.best
    ? { best: accuracy, bestStep: step, since: 0, step }
    : { ...state, since: state.since + 1, step };
}
