// Makes the manual's pictures of landmark sets: every index where it lies on a mean face, no person's.
// After `npm run build`: node docs/images/draw-landmarks.mjs
// 68 points: InsightFace's mean face. 98 and 106: the same face, its lines divided as those sets divide them.
// 468: the mean of what the network of `open-precise` finds in the demo photos, each brought onto the mean face.
import { writeFileSync } from 'node:fs';
import {
  closedParts,
  estimateSimilarity,
  FaceAnalysis,
  fetchDemoPhotos,
  indicesOf68,
  landmarkParts,
  meanShape68,
  transformPoints,
} from 'insightface-ts';

const colors = { back: '#11161d', line: '#3b6f96', dot: '#9fd3ff', text: '#d7e0ea' };
const mean68 = meanShape68.map(([x, y]) => [x, y]);
const base = landmarkParts.landmark68;

/** `count` points at equal distances along a line, both ends among them. */
function divide(line, count) {
  const lengths = [0];
  for (let i = 1; i < line.length; i++)
    lengths.push(lengths[i - 1] + Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]));
  return Array.from({ length: count }, (_, k) => {
    const at = (lengths.at(-1) * k) / (count - 1);
    const i = Math.max(
      1,
      lengths.findIndex(length => length >= at - 1e-9),
    );
    const share = (at - lengths[i - 1]) / (lengths[i] - lengths[i - 1]);
    return [0, 1].map(axis => line[i - 1][axis] + share * (line[i][axis] - line[i - 1][axis]));
  });
}

const points68 = indices => indices.map(index => mean68[index]);
const lowered = points => points.map(([x, y]) => [x, y + 0.045]);

/** Lines of the 68-point face in the number of points that a larger set has for each part. */
function dividedParts(parts) {
  const eye = ([a, b, c, d, e, f]) => [
    ...divide(points68([a, b, c, d]), 5),
    ...divide(points68([d, e, f, a]), 5).slice(1, 4),
  ];
  const eyebrow = indices => {
    const upper = points68(indices);
    const back = divide(lowered(upper), 6).slice(1, 5);
    return { left: [...upper, ...back.toReversed()], right: [...upper, ...back.toReversed()] };
  };
  const bottom = points68(base.noseBottom);
  const side = sign =>
    [
      [0.055, -0.25],
      [0.1, -0.1],
      [0.165, -0.01],
    ].map(([x, y]) => [sign * x, y]);
  return {
    jaw: divide(points68(base.jaw), 33),
    leftEyebrow: eyebrow(base.leftEyebrow).left,
    rightEyebrow: eyebrow(base.rightEyebrow).right,
    noseBridge: points68(base.noseBridge),
    noseBottom: parts.noseBottom.length === 5 ? bottom : [...side(-1), ...bottom, ...side(1).toReversed()],
    leftEye: eye(base.leftEye),
    rightEye: eye(base.rightEye),
    outerLips: points68(base.outerLips),
    innerLips: points68(base.innerLips),
  };
}

function placed(kind, pupils) {
  const parts = landmarkParts[kind];
  const lines = dividedParts(parts);
  const points = [];
  for (const [part, indices] of Object.entries(parts))
    for (const [at, index] of indices.entries()) points[index] = lines[part][at];
  for (const [index, [part, shift]] of Object.entries(pupils)) {
    const eye = points68(base[part]);
    points[index] = [0, 1].map(
      axis => eye.reduce((sum, point) => sum + point[axis], 0) / eye.length + (axis ? 0 : shift),
    );
  }
  return points;
}

async function mean468() {
  const app = await FaceAnalysis.create({ pack: 'open-precise', tasks: ['detection', 'landmark'] });
  const sum = Array.from({ length: 468 }, () => [0, 0]);
  let faces = 0;
  for (const photo of await fetchDemoPhotos())
    for (const { landmark468 } of await app.get(photo)) {
      const flat = landmark468.map(([x, y]) => [x, y]);
      const map = estimateSimilarity(
        indicesOf68.landmark468.map(index => flat[index]),
        mean68,
      );
      for (const [index, [x, y]] of transformPoints(flat, map).entries()) {
        sum[index][0] += x;
        sum[index][1] += y;
      }
      faces++;
    }
  await app.dispose();
  return sum.map(([x, y]) => [x / faces, y / faces]);
}

function draw(name, kind, points, { size, font, radius }) {
  const all = points.filter(Boolean);
  const [xs, ys] = [0, 1].map(axis => all.map(point => point[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const scale = (size - 60) / (Math.max(...xs) - left);
  const height = Math.round((Math.max(...ys) - top) * scale + 70);
  const place = ([x, y]) => [(x - left) * scale + 30, (y - top) * scale + 40].map(value => value.toFixed(1));
  const lines = Object.entries(landmarkParts[kind]).map(
    ([part, indices]) =>
      `M${indices.map(index => place(points[index]).join(' ')).join('L')}${closedParts.has(part) ? 'Z' : ''}`,
  );
  // Lips lie close together: the labels of the lower inner line go below it.
  const inner = landmarkParts[kind].innerLips;
  const below = new Set(inner.slice(inner.length / 2 + 1));
  const dots = [];
  const labels = [];
  for (const [index, point] of points.entries()) {
    if (!point) continue;
    const [x, y] = place(point);
    dots.push(`M${x} ${y}h0`);
    labels.push(
      `<text x="${x}" y="${(below.has(index) ? Number(y) + radius + font : y - radius - 1).toFixed(1)}">${index}</text>`,
    );
  }
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${height}" width="${size}" height="${height}" role="img"><title>Indices of ${kind}</title>`,
    `<rect width="${size}" height="${height}" rx="10" fill="${colors.back}"/>`,
    `<path d="${lines.join('')}" fill="none" stroke="${colors.line}"/>`,
    `<path d="${dots.join('')}" stroke="${colors.dot}" stroke-width="${2 * radius}" stroke-linecap="round"/>`,
    `<g font-family="ui-sans-serif, system-ui, sans-serif" font-size="${font}" fill="${colors.text}" text-anchor="middle">${labels.join('')}</g>`,
    '</svg>',
  ];
  writeFileSync(new URL(name, import.meta.url), `${svg.join('\n')}\n`);
}

const medium = { size: 820, font: 11, radius: 2 };
draw('landmarks-68.svg', 'landmark68', mean68, medium);
draw(
  'landmarks-98.svg',
  'landmark98',
  placed('landmark98', { 96: ['leftEye', 0], 97: ['rightEye', 0] }),
  medium,
);
draw(
  'landmarks-106.svg',
  'landmark2d106',
  placed('landmark2d106', {
    34: ['leftEye', -0.02],
    38: ['leftEye', 0.02],
    88: ['rightEye', -0.02],
    92: ['rightEye', 0.02],
  }),
  medium,
);
draw('landmarks-468.svg', 'landmark468', await mean468(), { size: 1400, font: 9, radius: 1.5 });
