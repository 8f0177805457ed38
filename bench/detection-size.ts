// Which faces are found, by their width in a 640x480 frame, and how many false ones: `node bench/dist/detection-size.js
// [FACES] [PACK ...]`. Real faces (LFW, boxes marked by hand) are pasted at known widths onto parts of photos without
// faces, so that the truth does not come from a detector. False faces include strangers at the rim of a pasted photo.
import { FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import { faceWidths, measureWidth } from './face-sizes.js';
import { machine } from './machine.js';
import { readBackgrounds, readMarkedFaces } from './pasted-faces.js';
import { sharedPath } from './shared-data.js';

const [count = '300', ...packs] = process.argv.slice(2);
const faces = readMarkedFaces(sharedPath('data/lfw-unaligned'), 'landmarks5_boxes.txt');
const backgrounds = await readBackgrounds(await fetchDemoPhotos());

console.log(machine);
console.log(
  `${count} faces a width, 640x480 frames, each up to 12 faces; found: overlap (IoU) of 0.4 or more\n`,
);
console.log(`| pack | ${faceWidths.join(' | ')} | false faces in 10 photos | in 10 without a face |`);
console.log(`|---|${'---|'.repeat(faceWidths.length + 2)}`);
for (const pack of packs.length > 0 ? packs : ['open', 'open-precise']) {
  const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark'] });
  const results = [];
  for (const [index, width] of faceWidths.entries())
    results.push(await measureWidth(app, width, Number(count), index * 211, faces, backgrounds));
  let inBackgrounds = 0;
  for (const background of backgrounds) inBackgrounds += (await app.get(background)).length;
  const shares = results.map(({ found, faces: all }) => ((found / all) * 100).toFixed(1));
  const frames = results.reduce((sum, result) => sum + result.frames, 0);
  const falseFaces = results.reduce((sum, result) => sum + result.falseFaces, 0);
  const inTen = (faces: number, photos: number) => ((faces / photos) * 10).toFixed(2);
  console.log(
    `| ${pack} | ${shares.join(' | ')} | ${inTen(falseFaces, frames)} | ${inTen(inBackgrounds, backgrounds.length)} |`,
  );
  await app.dispose();
}
