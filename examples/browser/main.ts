// Finds the faces of a photo, and then the most similar of them to whoever looks into the camera.
import '@insightface-ts/capture';
import type { CaptureDetail } from '@insightface-ts/capture';
import { dot, drawFaces, encodePng, type Face, readImage, WorkerFaceAnalysis } from 'insightface-ts/web';

const find = <Element extends HTMLElement>(selector: string) => document.querySelector(selector) as Element;
const input = find<HTMLInputElement>('input');
const status = find('#status');
const drawn = find<HTMLImageElement>('#drawn');
const camera = document.querySelector('insight-face-capture');

const app = await WorkerFaceAnalysis.create({ pack: 'models/open/' });
if (camera) camera.analysis = app;
let known: Face[] = [];
status.textContent = 'Ready.';

async function show(photo: File): Promise<void> {
  try {
    known = await app.get(photo);
    const labelled = known.map((face, index) => ({ ...face, label: `${index + 1}` }));
    URL.revokeObjectURL(drawn.src);
    drawn.src = URL.createObjectURL(await encodePng(drawFaces(await readImage(photo), labelled)));
    drawn.hidden = false;
    status.textContent = `${known.length} faces`;
  } catch (error) {
    status.textContent = String(error);
  }
}

input.addEventListener('change', () => input.files?.[0] && show(input.files[0]));
document.addEventListener('dragover', event => event.preventDefault());
document.addEventListener('drop', event => {
  event.preventDefault();
  const photo = event.dataTransfer?.files[0];
  if (photo) void show(photo);
});

document.addEventListener('capture', event => {
  const { embedding } = (event as CustomEvent<CaptureDetail>).detail;
  if (!embedding) return;
  const cosines = known.map(({ normedEmbedding }) => (normedEmbedding ? dot(normedEmbedding, embedding) : 0));
  const best = Math.max(...cosines);
  const threshold = app.recognizer?.thresholds?.['1e-4'] ?? 0.5;
  status.textContent =
    best >= threshold
      ? `You are face ${cosines.indexOf(best) + 1}, cosine ${best.toFixed(2)}`
      : 'You are none of these faces.';
});
