// How long each stage of the pipeline took.

/** Milliseconds spent in each stage for the images of one batch; networks and everything else are told apart. */
export interface Timings {
  decode: number;
  /** The detector with its resizing and decoding of outputs. */
  detect: number;
  /** Landmark networks with their crops. */
  landmark: number;
  /** Warping faces to aligned crops. */
  align: number;
  /** The recogniser with its conversion of pixels. */
  embed: number;
  /** Gender and age, liveness. */
  attributes: number;
  /** Of the above, time inside networks; of calls that ran at the same time, theirs is in it, too. */
  network: number;
}

type Stage = Exclude<keyof Timings, 'network'>;

export function createTimings(): Timings {
  return { decode: 0, detect: 0, landmark: 0, align: 0, embed: 0, attributes: 0, network: 0 };
}

/** Runs a stage and adds its time. */
export async function timed<T>(timings: Timings, stage: Stage, work: () => Promise<T> | T): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    timings[stage] += performance.now() - start;
  }
}
