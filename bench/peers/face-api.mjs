// face-api on its WASM backend: photo files to faces with 128-number descriptors. Prints one JSON object.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { timeRounds } from '../dist/time-rounds.js';
import './file-fetch.mjs';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
const entry = require.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js');
const faceapi = require(entry);
const models = join(dirname(entry), '../model');

const { photos, threads, rounds } = JSON.parse(process.argv[2]);
sharp.concurrency(threads);
wasm.setThreadsCount(threads);
wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`, true);
await tf.setBackend('wasm');
await tf.ready();
await faceapi.nets.ssdMobilenetv1.loadFromDisk(models);
await faceapi.nets.faceLandmark68Net.loadFromDisk(models);
await faceapi.nets.faceRecognitionNet.loadFromDisk(models);
const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 20 });

async function analyze(path) {
  const { data, info } = await sharp(path).rotate().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const tensor = tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
  const faces = await faceapi.detectAllFaces(tensor, options).withFaceLandmarks().withFaceDescriptors();
  tf.dispose(tensor);
  return faces.length;
}

const run = await timeRounds(photos, rounds, analyze);
console.log(JSON.stringify({ backend: `tfjs ${tf.getBackend()}`, ...run }));
