import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedGallery } from './embedded/embedded-gallery.js';
import { mergeMatches } from './merge-matches.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { formulaVector } from './testing/vectors.js';

it('answers as one gallery of all people would, whoever is in which', async () => {
  const folder = await temporaryFolder();
  const model = { name: 'formula', dimension: 16, fingerprint: 'f'.repeat(64) };
  const open = (name: string) => openEmbeddedGallery(join(folder, name), { model });
  const whole = await open('whole');
  const shards = await Promise.all(['a', 'b', 'c'].map(open));
  for (let person = 0; person < 90; person++) {
    const vectors = [3 * person + 1, 3 * person + 2].map(seed => formulaVector(seed, 16));
    await whole.enroll(`P${person}`, vectors);
    await shards[(person * person) % 3]!.enroll(`P${person}`, vectors);
  }
  for (const options of [
    { limit: 7 },
    { limit: 100 },
    { limit: 5, threshold: 0.45 },
    { limit: 4, score: 'average' },
  ] as const)
    for (let seed = 1000; seed < 1020; seed++) {
      const probe = formulaVector(seed, 16);
      const answers = await Promise.all(shards.map(shard => shard.search(probe, options)));
      const merged = mergeMatches(answers, options.limit);
      const expected = await whole.search(probe, options);
      expect(merged.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    }
  for (const gallery of [whole, ...shards]) await gallery.close();
});
