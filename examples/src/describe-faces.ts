// Every face of a photo, as a table: node dist/describe-faces.js PHOTO
import { FaceAnalysis } from 'insightface-ts';

const [photo] = process.argv.slice(2);
if (photo === undefined) throw new Error('Usage: describe-faces PHOTO');

const app = await FaceAnalysis.create();
const faces = await app.get(photo);
console.table(
  faces.map(({ bbox: [x1, y1, x2, y2], gender, age, ageRange, pose, quality }) => ({
    left: Math.round(x1),
    top: Math.round(y1),
    width: Math.round(x2 - x1),
    height: Math.round(y2 - y1),
    gender,
    age: age?.toFixed(0),
    'age, 80 %': ageRange?.map(Math.round).join(' to '),
    yaw: pose?.yaw.toFixed(0),
    quality: quality?.toFixed(2),
  })),
);
await app.dispose();
