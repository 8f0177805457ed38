// Watches for losses and gradients that are no numbers any more: after one of them every weight is spoilt.
import { InsightFaceError } from 'insightface-ts';

export interface Observed {
  readonly step: number;
  readonly lr: number;
  readonly loss: number;
  /** Norm of all gradients before clipping. */
  readonly gradientNorm?: number;
}

const SHOWN_LOSSES = 5;

/** Remembers the last good losses, so that the message can tell how it came. */
export class LossWatch {
  #recent: number[] = [];

  /** @throws InsightFaceError `TRAINING_FAILED`, before the step spoils the weights. */
  check({ step, lr, loss, gradientNorm }: Observed): void {
    if (Number.isFinite(loss) && (gradientNorm === undefined || Number.isFinite(gradientNorm))) {
      this.#recent = [...this.#recent, loss].slice(-SHOWN_LOSSES);
      return;
    }
    const what = Number.isFinite(loss) ? `gradient norm is ${gradientNorm}` : `loss is ${loss}`;
    const before = this.#recent.map(value => value.toPrecision(4)).join(', ');
    throw new InsightFaceError(
      'TRAINING_FAILED',
      `At step ${step} the ${what} (learning rate ${lr.toPrecision(3)}${before && `, losses before: ${before}`}). ` +
        'Try a lower optimizer.lr, a longer schedule.warmup, clipNorm 1, or a smaller loss scale; ' +
        'what was saved before is unharmed: --resume continues from the newest checkpoint.',
    );
  }
}
