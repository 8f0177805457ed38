// This library's side of speed.ts: photo files to faces with embeddings. Prints one JSON object.
import { FaceAnalysis } from 'insightface-ts';
import sharp from 'sharp';

const { photos, threads, rounds } = JSON.parse(process.argv[2] ?? '{}') as {
  photos: string[];
  threads: number;
  rounds: number;
};
sharp.concurrency(threads);
const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'], threads });
await app.warmup();

const times: number[] = [];
let used = process.cpuUsage();
let faces = 0;
for (let round = -1; round < rounds; round++) {
  faces = 0;
  if (round === 0) used = process.cpuUsage();
  for (const photo of photos) {
    const start = performance.now();
    const found = await app.get(photo);
    if (round >= 0) times.push(performance.now() - start);
    faces += found.filter(face => face.embedding).length;
  }
}
const { user, system } = process.cpuUsage(used);
const cpu = (user + system) / 1000 / rounds / photos.length;
console.log(JSON.stringify({ backend: 'onnxruntime-node cpu', faces, times, cpu }));
await app.dispose();
