// human on its WASM backend: photo files to faces with descriptors. Prints one JSON object.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { timeRounds } from '../dist/time-rounds.js';
import './file-fetch.mjs';

const require = createRequire(import.meta.url);
const wasm = require('@tensorflow/tfjs-backend-wasm');
// Its package.json does not export this build, so it is found by its place on disk.
const entry = fileURLToPath(
  new URL('node_modules/@vladmandic/human/dist/human.node-wasm.js', import.meta.url),
);
const { Human } = require(entry);

const { photos, threads, rounds } = JSON.parse(process.argv[2]);
sharp.concurrency(threads);
const wasmPath = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
wasm.setThreadsCount(threads);
wasm.setWasmPaths(wasmPath, true);
const human = new Human({
  backend: 'wasm',
  wasmPath,
  modelBasePath: `file://${join(dirname(entry), '../models')}`,
  debug: false,
  async: false,
  cacheSensitivity: 0,
  filter: { enabled: false },
  face: {
    enabled: true,
    detector: { maxDetected: 20, skipFrames: 0, skipTime: 0, rotation: false, minConfidence: 0.2 },
    mesh: { enabled: true },
    iris: { enabled: false },
    emotion: { enabled: false },
    antispoof: { enabled: false },
    liveness: { enabled: false },
    description: { enabled: true, skipFrames: 0, skipTime: 0 },
  },
  body: { enabled: false },
  hand: { enabled: false },
  object: { enabled: false },
  gesture: { enabled: false },
  segmentation: { enabled: false },
});
await human.load();

async function analyze(path) {
  const { data, info } = await sharp(path).rotate().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const tensor = human.tf.tensor4d(new Uint8Array(data), [1, info.height, info.width, 3], 'int32');
  const result = await human.detect(tensor);
  human.tf.dispose(tensor);
  return result.face.filter(face => face.embedding?.length > 0).length;
}

const run = await timeRounds(photos, rounds, analyze);
console.log(JSON.stringify({ backend: `tfjs ${human.tf.getBackend()}`, ...run }));
