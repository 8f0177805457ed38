import { expect, it } from 'vitest';
import { BatchSize } from './batch-size.js';

/** Works off many batches on a device that takes `milliseconds(images)`. */
function learn(largest: number, milliseconds: (images: number) => number): BatchSize {
  const size = new BatchSize(largest);
  for (let batch = 0; batch < 2000; batch++) {
    const images = size.next();
    expect(images).toBeLessThanOrEqual(largest);
    size.record(images, milliseconds(images));
  }
  return size;
}

it('stays at one image where more are no quicker, as on a CPU', () => {
  expect(learn(16, images => 20 * images).best).toBe(1);
  expect(learn(16, images => 20 * images + 0.3).best).toBe(1);
});

it('grows where a batch has fixed costs, as on a GPU', () => {
  expect(learn(16, images => 20 + images).best).toBe(16);
  expect(learn(5, images => 20 + images).best).toBe(4);
});

it('does not grow beyond what keeps a worker for a quarter of a second', () => {
  expect(learn(64, images => 200 + images).best).toBe(32);
  expect(learn(64, images => 100 + 30 * images).best).toBe(4);
});

it('shrinks again when the device changes its mind', () => {
  const size = learn(8, images => 20 + images);
  for (let batch = 0; batch < 2000; batch++) {
    const images = size.next();
    size.record(images, 20 * images);
  }
  expect(size.best).toBe(1);
});
