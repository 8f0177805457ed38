import { FaceAnalysis } from 'insightface-ts';
import { expect, it } from 'vitest';
import { runHostile } from './hostile-run.js';

it('ends 100 damaged and absurd files in an answer or a coded error, none of them late', async () => {
  const app = await FaceAnalysis.create({ tasks: ['detection'], onNotice: () => {} });
  try {
    const tally = await runHostile(app, { images: 46, models: 36, archives: 18 });
    expect(tally.faults).toEqual([]);
    expect(tally.files).toBe(100);
    // The sound pictures of odd kinds, and the sound archive.
    expect(tally.answers).toBeGreaterThanOrEqual(19);
    expect(tally.coded).toBeGreaterThanOrEqual(40);
  } finally {
    await app.dispose();
  }
});
