import * as v from 'valibot';
import { probability } from './options.js';

/** Left and right exchanged. */
export const flipSchema = v.strictObject({
  kind: v.literal('flip'),
  probability: v.optional(probability, 0.5),
});
