// InsightFace's own packs, from the addresses that its Python package uses.
import type { ModelSpec, PackManifest } from '../manifest.js';

const release = 'https://github.com/deepinsight/insightface/releases/download/v0.7';

/** InsightFace's terms for every network it publishes. */
const researchOnly = 'Non-commercial research only (InsightFace model licence)';

type Part = Omit<ModelSpec, 'files' | 'license'>;

const detector: Part = {
  name: '',
  task: 'detection',
  family: 'scrfd',
  input: { color: 'rgb', mean: 127.5, std: 128, layout: 'nchw' },
  provenance: 'SCRFD, trained by InsightFace on WIDER FACE.',
};
const recognizer: Part = {
  name: '',
  task: 'recognition',
  family: 'arcface',
  input: { size: [112, 112], color: 'rgb', mean: 127.5, std: 127.5, layout: 'nchw' },
  dimension: 512,
};
const webface: Part = { ...recognizer, provenance: 'Trained by InsightFace on WebFace600K.' };
const glint: Part = { ...recognizer, provenance: 'Trained by InsightFace on Glint360K.' };
const points = { color: 'rgb', mean: 0, std: 1, layout: 'nchw' } as const;
const attributes: readonly Part[] = [
  { name: '2d106det', task: 'landmark', family: 'landmark2d106', input: { ...points, size: [192, 192] } },
  { name: '1k3d68', task: 'landmark', family: 'landmark3d68', input: { ...points, size: [192, 192] } },
  {
    name: 'genderage',
    task: 'gender-age',
    family: 'genderage',
    input: { ...points, size: [96, 96] },
    provenance: 'Trained by InsightFace on CelebA.',
  },
];

const accuracy = (lfw: string, cfp: string, agedb: string, ijbc: string) => ({
  measured: [
    { protocol: 'Published: LFW / CFP-FP / AgeDB-30', value: `${lfw} / ${cfp} / ${agedb} %` },
    { protocol: 'Published: IJB-C, true accepts at 1 false accept in 10,000', value: `${ijbc} %` },
  ],
});
const r50 = { ...webface, name: 'w600k_r50', ...accuracy('99.83', '99.33', '98.23', '97.25') };
const mbf = { ...webface, name: 'w600k_mbf', ...accuracy('99.70', '98.00', '96.58', '95.02') };

function pack(name: string, title: string, parts: readonly Part[]): PackManifest {
  const models = parts.map(part => ({
    ...part,
    files: [
      {
        role: 'model',
        file: `${part.name}.onnx`,
        format: 'onnx' as const,
        // InsightFace publishes no checksums: the first copy is trusted, and held to its digest from then on.
        source: `${release}/${name}.zip#${part.name}.onnx`,
      },
    ],
    license: researchOnly,
  }));
  return { name, title, license: researchOnly, models };
}

/** buffalo_l, buffalo_m, buffalo_s, buffalo_sc and antelopev2. */
export const insightfacePacks: readonly PackManifest[] = [
  pack('buffalo_l', 'SCRFD-10GF, ResNet-50 on WebFace600K, points, gender and age; 326 MB', [
    { ...detector, name: 'det_10g' },
    r50,
    ...attributes,
  ]),
  pack('buffalo_m', 'SCRFD-2.5GF, ResNet-50 on WebFace600K, points, gender and age; 313 MB', [
    { ...detector, name: 'det_2.5g' },
    r50,
    ...attributes,
  ]),
  pack('buffalo_s', 'SCRFD-500MF, MobileFaceNet on WebFace600K, points, gender and age; 159 MB', [
    { ...detector, name: 'det_500m' },
    mbf,
    ...attributes,
  ]),
  pack('buffalo_sc', 'SCRFD-500MF and MobileFaceNet on WebFace600K; 16 MB', [
    { ...detector, name: 'det_500m' },
    mbf,
  ]),
  pack('antelopev2', 'SCRFD-10GF, ResNet-100 on Glint360K, points, gender and age; 407 MB', [
    { ...detector, name: 'scrfd_10g_bnkps' },
    { ...glint, name: 'glintr100' },
    ...attributes,
  ]),
];
