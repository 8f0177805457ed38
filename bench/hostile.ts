// 500 damaged or absurd files: each must end in an answer or a coded error; none in a crash, a hang, or a flood of
// memory. With --growth, 3,000 images in a row: memory must not grow. --json prints one object.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createImage, encodeJpeg, FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import { runHostile } from './hostile-run.js';
import { machine } from './machine.js';

const { values } = parseArgs({
  options: { growth: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const counts = { images: 370, models: 90, archives: 40 };
const most = { megabytes: 1500, growth: 50 };

/** Resident megabytes gained between the end of the warm-up and the end of `count` images. */
async function growth(app: FaceAnalysis, count: number): Promise<number> {
  const photos = await Promise.all((await fetchDemoPhotos()).map(path => readFile(path)));
  const small = await encodeJpeg(createImage(640, 480), 80);
  const inputs = function* (images: number) {
    for (let index = 0; index < images; index++)
      yield index % 25 === 0 ? (photos[(index / 25) % photos.length] as Uint8Array) : small;
  };
  const drain = async (images: number) => {
    for await (const item of app.stream(inputs(images))) if ('error' in item) throw item.error;
    globalThis.gc?.();
    return process.memoryUsage().rss / 1e6;
  };
  const before = await drain(300);
  return (await drain(count)) - before;
}

const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'] });
const tally = await runHostile(app, counts);
const peak = process.resourceUsage().maxRSS / 1e3;
if (peak > most.megabytes) tally.faults.push(`the process took ${Math.round(peak)} MB`);
const grown = values.growth ? await growth(app, 3000) : undefined;
if (grown !== undefined && grown > most.growth)
  tally.faults.push(`3,000 images left ${Math.round(grown)} MB behind`);
await app.dispose();

const report = {
  ...tally,
  slowest: { ...tally.slowest, milliseconds: Math.round(tally.slowest.milliseconds) },
  peakMegabytes: Math.round(peak),
  ...(grown !== undefined && { growthMegabytes: Math.round(grown) }),
};
if (values.json) console.log(JSON.stringify(report));
else {
  console.log(machine);
  console.log(
    `${report.files} files: ${report.answers} answers, ${report.coded} coded errors, ${report.faults.length} faults`,
  );
  for (const fault of report.faults) console.log(`  ${fault}`);
  console.log(
    `Slowest: ${report.slowest.name}, ${report.slowest.milliseconds} ms. Peak memory: ${report.peakMegabytes} MB`,
  );
  if (grown !== undefined)
    console.log(`3,000 images after 300 to warm up: ${report.growthMegabytes} MB more`);
}
if (report.faults.length > 0) process.exitCode = 1;
