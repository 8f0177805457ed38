import { TorchError } from '../errors.js';

/** @throws TorchError `INVALID_ARGUMENT` when the part to drop is not from 0 to below 1. */
export function requireRate(rate: number): void {
  if (!(rate >= 0 && rate < 1))
    throw new TorchError(
      'INVALID_ARGUMENT',
      `The rate of a dropout is ${rate}: give a number from 0 to below 1.`,
    );
}
