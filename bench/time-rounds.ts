// How every contender of speed.ts is timed: one round over the photos to warm up, then the rounds that count.

/** What a contender prints as JSON. */
export interface Run {
  readonly backend: string;
  /** Faces with an embedding, over all photos. */
  readonly faces: number;
  /** Milliseconds of each photo in each round. */
  readonly times: readonly number[];
  /** Milliseconds of processor time a photo: tells more than the clock where other work runs beside. */
  readonly cpu: number;
}

/** Times `analyze`, which takes the path of a photo and answers with the number of its faces. */
export async function timeRounds(
  photos: readonly string[],
  rounds: number,
  analyze: (photo: string) => Promise<number>,
): Promise<Omit<Run, 'backend'>> {
  const times: number[] = [];
  let faces = 0;
  for (const photo of photos) faces += await analyze(photo);
  const used = process.cpuUsage();
  for (let round = 0; round < rounds; round++)
    for (const photo of photos) {
      const start = performance.now();
      await analyze(photo);
      times.push(performance.now() - start);
    }
  const { user, system } = process.cpuUsage(used);
  return { faces, times, cpu: (user + system) / 1000 / rounds / photos.length };
}
