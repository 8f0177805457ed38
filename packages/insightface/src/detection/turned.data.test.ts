// Photos that lie on their side or stand on their head, with all that follows detection.
import { readdirSync, readFileSync } from 'node:fs';
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
  // Measured with the pack open: of the 4,992 photos of View 1 none is turned, and of 416 of them turned by 90, 180 and
  // 270 degrees 98, 93 and 98 % are put right.
  it.each([
    { pack: 'open', people: 30, least: 0.9 },
    {
      pack: new Map([['scrfd_500m.onnx', readFileSync(sharedPath('weights/scrfd_500m.onnx'))]]),
      people: 12,
      least: 0.95,
    },
  ])(
    'stays upright where it is, and is put right where it is not ($least)',
    async ({ pack, people: count, least }) => {
      const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark'], onNotice: () => {} });
      const people = readdirSync(sharedPath('data/lfw'))
        .filter(name => !name.endsWith('.txt'))
        .filter((_, index) => index % 150 === 50)
        .slice(0, count);
      const right = new Map<QuarterTurn, number>(turns.map(turn => [turn, 0]));
      for (const person of people) {
        const [name] = readdirSync(sharedPath(`data/lfw/${person}`));
        const photo = await dataImage(`lfw/${person}/${name}`);
        for (const turn of turns) {
          const [face] = await app.get(rotateImage(photo, turn), { maxNum: 1 });
          const roll = ((face?.pose?.roll ?? 180) - turn + 720) % 360;
          if (Math.min(roll, 360 - roll) < 45) right.set(turn, (right.get(turn) ?? 0) + 1);
        }
      }
      expect(people.length).toBe(count);
      expect((right.get(0) ?? 0) / people.length).toBe(1);
      const turned = [90, 180, 270].reduce((sum, turn) => sum + (right.get(turn as QuarterTurn) ?? 0), 0);
      expect(turned / (3 * people.length), JSON.stringify([...right])).toBeGreaterThan(least);
      await app.dispose();
    },
  );
});
