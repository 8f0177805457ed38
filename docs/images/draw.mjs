// Makes the manual's drawings from real output: faces as points and lines, never pixels of people.
// After `npm run build`: node docs/images/draw.mjs
import { writeFileSync } from 'node:fs';
import {
  closedParts,
  cosineSimilarity,
  FaceAnalysis,
  fetchDemoPhotos,
  landmarkParts,
  meanShape68,
  thresholdAtFar,
} from 'insightface-ts';

const colors = {
  back: '#11161d',
  frame: '#2a3441',
  text: '#d7e0ea',
  faint: '#8b99a8',
  line: '#9fd3ff',
  box: '#2ecc71',
  ink: '#0d1b12',
};
const font = 'font-family="ui-sans-serif, system-ui, sans-serif"';
const parts = landmarkParts.landmark68;

function save(name, title, width, height, body) {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${title}</title>`;
  const back = `<rect width="${width}" height="${height}" rx="10" fill="${colors.back}"/>`;
  writeFileSync(new URL(name, import.meta.url), `${head}\n${back}\n${body.join('\n')}\n</svg>\n`);
}

const number = value => value.toFixed(1);

/** Lines of a 68-point face. */
function faceLines(points, width) {
  const paths = Object.entries(parts).map(([part, indices]) => {
    const line = indices.map(index => points[index].slice(0, 2).map(number).join(' ')).join('L');
    return `M${line}${closedParts.has(part) ? 'Z' : ''}`;
  });
  return `<path d="${paths.join('')}" fill="none" stroke="${colors.line}" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round"/>`;
}

function text(x, y, content, { size = 13, color = colors.text, anchor = 'start' } = {}) {
  return `<text x="${number(x)}" y="${number(y)}" ${font} font-size="${size}" fill="${color}" text-anchor="${anchor}">${content}</text>`;
}

const panel = 440;
const panelHeight = 250;

/** The part of a photo about its faces, in the shape of a panel. */
function frameOf(boxes) {
  const x1 = Math.min(...boxes.map(box => box[0]));
  const x2 = Math.max(...boxes.map(box => box[2]));
  const y1 = Math.min(...boxes.map(box => box[1]));
  const y2 = Math.max(...boxes.map(box => box[3]));
  const width = Math.max(1.15 * (x2 - x1), (1.5 * (y2 - y1) * panel) / panelHeight);
  const height = (width * panelHeight) / panel;
  return { x: (x1 + x2 - width) / 2, y: (y1 + y2 - height) / 2, width };
}

/** Two photos of the demo: people enrolled from the first, looked for in the second. */
async function drawDemo() {
  const [first, , third] = await fetchDemoPhotos();
  const app = await FaceAnalysis.create();
  const photos = [];
  for await (const item of app.stream([first, third]))
    photos.push({ ...item, faces: item.faces.toSorted((a, b) => a.bbox[0] - b.bbox[0]) });
  const names = ['Ada', 'Bea', 'Cleo'];
  const threshold = thresholdAtFar(app.recognizer.thresholds, 1e-4);
  const [enrolled] = photos;
  const gap = 20;
  const top = 44;
  const bottom = top + panelHeight;
  const body = [];
  for (const [index, { faces, input }] of photos.entries()) {
    const left = gap + index * (panel + gap);
    const view = frameOf(faces.map(face => face.bbox));
    const scale = panel / view.width;
    const place = ([x, y]) => [left + (x - view.x) * scale, top + (y - view.y) * scale];
    const title = index === 0 ? 'enrolled from' : 'looked for in';
    body.push(text(left, top - 14, `${title} ${input.split('/').at(-1)}`, { color: colors.faint }));
    body.push(
      `<rect x="${left}" y="${top}" width="${panel}" height="${panelHeight}" rx="6" fill="none" stroke="${colors.frame}"/>`,
    );
    for (const [order, face] of faces.entries()) {
      const best = enrolled.faces
        .map((other, at) => ({
          name: names[at],
          cosine: cosineSimilarity(face.embedding, other.embedding),
        }))
        .sort((a, b) => b.cosine - a.cosine)[0];
      const known = index === 0 || best.cosine >= threshold;
      const name = index === 0 ? names[order] : known ? best.name : undefined;
      const [x1, y1] = place(face.bbox);
      const [x2, y2] = place(face.bbox.slice(2));
      const color = known ? colors.box : colors.faint;
      body.push(
        `<rect x="${number(x1)}" y="${number(y1)}" width="${number(x2 - x1)}" height="${number(y2 - y1)}" fill="none" stroke="${color}" stroke-width="1.6"/>`,
        faceLines(face.landmark68.map(place), 1.6),
      );
      const label = [name, face.gender, face.age.toFixed(0)].filter(Boolean).join(' ');
      const labelWidth = label.length * 7 + 10;
      body.push(
        `<rect x="${number(x1 - 0.8)}" y="${number(y1 - 19)}" width="${labelWidth}" height="19" fill="${color}"/>`,
        text(x1 + 4, y1 - 5, label, { color: colors.ink }),
      );
      if (index === 1)
        body.push(
          text(x1, y2 + 16, `${best.name} ${best.cosine.toFixed(2)}`, {
            size: 11,
            color: colors.faint,
          }),
        );
    }
  }
  const rule = `cosine to the nearest enrolled face; from ${threshold.toFixed(2)} it is the same person (1 in 10,000 pairs of strangers passes)`;
  body.push(text(gap, bottom + 26, rule, { size: 12, color: colors.faint }));
  save(
    'demo.svg',
    'People enrolled from one photo and looked for in another',
    2 * panel + 3 * gap,
    Math.round(bottom + 42),
    body,
  );
  await app.dispose();
}

/** The mean face turned by pitch, yaw and roll, in degrees. */
function turned(point, { pitch = 0, yaw = 0, roll = 0 }) {
  const [a, b, c] = [pitch, yaw, roll].map(degrees => (degrees * Math.PI) / 180);
  const [x, y, z] = point;
  const [y1, z1] = [y * Math.cos(a) - z * Math.sin(a), y * Math.sin(a) + z * Math.cos(a)];
  const [x2, z2] = [x * Math.cos(b) + z1 * Math.sin(b), z1 * Math.cos(b) - x * Math.sin(b)];
  return [x2 * Math.cos(c) - y1 * Math.sin(c), x2 * Math.sin(c) + y1 * Math.cos(c), z2];
}

function drawPose() {
  const heads = [
    ['0, 0, 0', {}],
    ['pitch +25', { pitch: 25 }],
    ['pitch -25', { pitch: -25 }],
    ['yaw +25', { yaw: 25 }],
    ['yaw -25', { yaw: -25 }],
    ['roll +25', { roll: 25 }],
    ['roll -25', { roll: -25 }],
  ];
  const cell = 124;
  const body = heads.flatMap(([label, pose], index) => {
    const center = [index * cell + cell / 2, 74];
    const place = point => {
      const [x, y] = turned(point, pose);
      return [center[0] + x * 68, center[1] + y * 68];
    };
    const [tip, ahead] = [
      place(meanShape68[30]),
      place([meanShape68[30][0], meanShape68[30][1], meanShape68[30][2] + 0.55]),
    ];
    return [
      faceLines(meanShape68.map(place), 1.4),
      `<path d="M${tip.map(number).join(' ')}L${ahead.map(number).join(' ')}" stroke="${colors.box}" stroke-width="2.4" stroke-linecap="round"/>`,
      text(center[0], 148, label, { anchor: 'middle' }),
    ];
  });
  save('pose.svg', 'Pitch, yaw and roll', cell * heads.length, 164, body);
}

drawPose();
await drawDemo();
