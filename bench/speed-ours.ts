// This library's side of speed.ts: photo files to faces with embeddings. Prints one JSON object.
import { FaceAnalysis } from 'insightface-ts';
import sharp from 'sharp';
import { timeRounds } from './time-rounds.js';

const { photos, threads, rounds } = JSON.parse(process.argv[2] ?? '{}') as {
  photos: string[];
  threads: number;
  rounds: number;
};
sharp.concurrency(threads);
const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'], threads });
await app.warmup();

const run = await timeRounds(photos, rounds, async photo => {
  const faces = await app.get(photo);
  return faces.filter(face => face.embedding).length;
});
console.log(JSON.stringify({ backend: 'onnxruntime-node cpu', ...run }));
await app.dispose();
