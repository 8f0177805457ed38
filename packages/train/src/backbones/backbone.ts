// What every recognition network has in common: aligned faces in, embeddings out.
import { nn } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';

/** Settings that all networks share. */
export interface BackboneOptions {
  /** Length of the embedding; 512 by default. */
  readonly embeddingSize?: number;
  /** Side of the square input in pixels; 112 by default. */
  readonly inputSize?: number;
}

/** Takes `[N, 3, inputSize, inputSize]`, RGB, `(x - 127.5) / 127.5`, and gives `[N, embeddingSize]`, not normalised. */
export abstract class Backbone extends nn.Module {
  readonly embeddingSize: number;
  readonly inputSize: number;

  constructor(options: BackboneOptions) {
    super();
    this.embeddingSize = requireCount('embeddingSize', options.embeddingSize ?? 512);
    this.inputSize = requireCount('inputSize', options.inputSize ?? 112);
  }

  /**
   * Side of the last feature map of a network that halves its input four times.
   * @throws InsightFaceError `INVALID_ARGUMENT` when the input does not divide by 16.
   */
  protected mapSize(): number {
    if (this.inputSize % 16 === 0) return this.inputSize / 16;
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `This network halves its input four times: inputSize (data.size of an experiment) must be a multiple of 16, not ${this.inputSize}.`,
    );
  }
}

/** @throws InsightFaceError `INVALID_ARGUMENT` when a size is no positive whole number. */
export function requireCount(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new InsightFaceError('INVALID_ARGUMENT', `${name} must be a whole number above 0, not ${value}.`);
}
