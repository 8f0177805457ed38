// Photos that lie on their side or stand on their head, with all that follows detection.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { type QuarterTurn, rotateImage } from '../image/pixels.js';
import { cosineSimilarity } from '../recognition/index.js';
import { dataImage } from '../testing/golden.js';
import { sharedPath } from '../testing/shared-data.js';

const turns: readonly QuarterTurn[] = [0, 90, 180, 270];

describe('one man, turned four ways', () => {
  it("is recognised, and his head's roll is that of the photo", async () => {
    const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'] });
    const [upright] = await app.get(await dataImage('insightface-samples/rotate/rot_0.jpg'));
    for (const folder of ['rotate/rot_', 'bulk/r'])
      for (const turn of turns) {
        const faces = await app.get(await dataImage(`insightface-samples/${folder}${turn}.jpg`));
        expect(faces.length).toBe(1);
        const [face] = faces;
        if (!face?.normedEmbedding || !upright?.normedEmbedding) throw new Error('no embedding');
        expect(cosineSimilarity(face.normedEmbedding, upright.normedEmbedding)).toBeGreaterThan(0.98);
        const [left, right] = face.kps;
        const eyeLine = (Math.atan2(right[1] - left[1], right[0] - left[0]) * 180) / Math.PI;
        const difference = Math.abs((face.pose?.roll ?? Number.NaN) - eyeLine) % 360;
        expect(Math.min(difference, 360 - difference)).toBeLessThan(12);
      }
    await app.dispose();
  });
});

describe('LFW, turned', () => {
  // What was measured on 350 photos: 100 % of upright ones left alone; 95, 81 and 92 % of those turned put right.
  it.each([
    { pack: 'open', least: 0.78 },
    { pack: sharedPath('weights'), least: 0.95 },
  ])('stays upright where it is, and is put right where it is not ($least)', async ({ pack, least }) => {
    const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark'], onNotice: () => {} });
    const people = readdirSync(sharedPath('data/lfw'))
      .filter(name => !name.endsWith('.txt'))
      .filter((_, index) => index % 100 === 50)
      .slice(0, 50);
    const right = new Map<QuarterTurn, number>(turns.map(turn => [turn, 0]));
    for (const person of people) {
      const photo = await dataImage(`lfw/${person}/${person}_0001.jpg`).catch(() => undefined);
      if (!photo) continue;
      for (const turn of turns) {
        const [face] = await app.get(rotateImage(photo, turn), { maxNum: 1 });
        const roll = ((face?.pose?.roll ?? 180) - turn + 720) % 360;
        if (Math.min(roll, 360 - roll) < 45) right.set(turn, (right.get(turn) ?? 0) + 1);
      }
    }
    expect(people.length).toBeGreaterThan(40);
    expect((right.get(0) ?? 0) / people.length).toBeGreaterThan(0.97);
    const turned = [90, 180, 270].reduce((sum, turn) => sum + (right.get(turn as QuarterTurn) ?? 0), 0);
    expect(turned / (3 * people.length), JSON.stringify([...right])).toBeGreaterThan(least);
    await app.dispose();
  });
});
