// In which order an epoch shows the images. An order depends on the seed and the epoch only, so that any position of a
// run can be taken up again, and any number of ranks can share it.
import { InsightFaceError } from 'insightface-ts';
import * as v from 'valibot';
import type { FaceDataset } from './face-dataset.js';
import { seededRandom, shuffle } from './random.js';

/** How an epoch is put in order, as data. */
export const samplerSchema = v.variant('kind', [
  /** Every image once, in random order. */
  v.strictObject({ kind: v.literal('shuffle') }),
  /** Every image once, in the data set's order. */
  v.strictObject({ kind: v.literal('in-order') }),
  /** Batches of `batch / imagesPerPerson` people with `imagesPerPerson` images each; all people equally often. */
  v.strictObject({
    kind: v.literal('balanced'),
    imagesPerPerson: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
]);
/** How an epoch is put in order. */
export type SamplerOptions = v.InferOutput<typeof samplerSchema>;

/** Orders of a data set's images. */
export interface Sampler {
  /** Images of an epoch. */
  readonly length: number;
  /** `[length]`: the image at each position of the epoch. */
  order(seed: number, epoch: number): Uint32Array;
}

/**
 * Makes a sampler.
 * @param batchSize images of one rank's batch.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the batch cannot be filled as asked.
 */
export function createSampler(
  options: SamplerOptions,
  dataset: Pick<FaceDataset, 'length' | 'classes' | 'labels'>,
  batchSize: number,
): Sampler {
  const { length } = dataset;
  if (options.kind === 'in-order') return { length, order: () => Uint32Array.from({ length }, (_, i) => i) };
  if (options.kind === 'shuffle')
    return {
      length,
      order: (seed, epoch) => {
        const order = Uint32Array.from({ length }, (_, i) => i);
        shuffle(order, seededRandom(seed, epoch));
        return order;
      },
    };
  return balanced(dataset, batchSize, options.imagesPerPerson);
}

function balanced(
  { length, classes, labels }: Pick<FaceDataset, 'length' | 'classes' | 'labels'>,
  batchSize: number,
  imagesPerPerson: number,
): Sampler {
  const images: number[][] = Array.from({ length: classes }, () => []);
  for (const [i, label] of labels.entries()) images[label]!.push(i);
  const people = [...images.keys()].filter(person => images[person]!.length > 0);
  const peoplePerBatch = batchSize / imagesPerPerson;
  if (!Number.isInteger(peoplePerBatch) || peoplePerBatch > people.length)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `A batch of ${batchSize} cannot hold ${imagesPerPerson} images of each of its people: the batch must be a multiple of that, and need no more than the ${people.length} people there are.`,
    );
  const batches = Math.max(1, Math.floor(length / batchSize));
  return {
    length: batches * batchSize,
    order: (seed, epoch) => {
      const random = seededRandom(seed, epoch);
      const order: number[] = [];
      const dealPerson = dealer(people, random);
      const dealImage = new Map(people.map(person => [person, dealer(images[person]!, random)]));
      let waiting: number[] = [];
      for (let batch = 0; batch < batches; batch++) {
        const chosen = new Set<number>();
        const later: number[] = [];
        while (chosen.size < peoplePerBatch) {
          const person = waiting.shift() ?? dealPerson();
          // Dealt twice within a batch, where two rounds of the deck meet: the next batch begins with it.
          if (chosen.has(person)) later.push(person);
          else chosen.add(person);
        }
        waiting = [...later, ...waiting];
        for (const person of chosen)
          for (let i = 0; i < imagesPerPerson; i++) order.push(dealImage.get(person)!());
      }
      return Uint32Array.from(order);
    },
  };
}

/** Deals all cards in random order before any comes again. */
function dealer(cards: readonly number[], random: () => number): () => number {
  let deck: number[] = [];
  return () => {
    if (deck.length === 0) {
      deck = [...cards];
      shuffle(deck, random);
    }
    return deck.pop()!;
  };
}
