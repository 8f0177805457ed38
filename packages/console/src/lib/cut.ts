/**
 * A face with what is around it, cut out of a photo: a picture of one face, as enrolment wants it.
 * @param box x1, y1, x2, y2 in pixels of the upright photo.
 */
export async function cutFace(photo: File, box: readonly number[]): Promise<File> {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  const margin = 0.4 * Math.max(x2 - x1, y2 - y1);
  const picture = await createImageBitmap(photo);
  const left = Math.max(0, Math.floor(x1 - margin));
  const top = Math.max(0, Math.floor(y1 - margin));
  const width = Math.min(picture.width, Math.ceil(x2 + margin)) - left;
  const height = Math.min(picture.height, Math.ceil(y2 + margin)) - top;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(picture, left, top, width, height, 0, 0, width, height);
  picture.close();
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new File([blob], `${photo.name.replace(/\.\w+$/, '')}-face.png`, { type: blob.type });
}
