// The place of one gallery's templates: a partition of the table, of the model's dimension.
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel } from '../types.js';
import type { Connection } from './database.js';

/** What pgvector keeps in a `vector`. */
const maxDimension = 16_000;
/** What fits into a page of 8 KB beside the other columns. Out of line, a scan would fetch each from elsewhere. */
const maxInlineDimension = 1900;

export function partitionName(gallery: number): string {
  return `insightface.templates_${gallery}`;
}

/** Makes the partition. */
export async function makePartition(
  connection: Connection,
  gallery: number,
  { dimension }: GalleryModel,
): Promise<void> {
  if (dimension > maxDimension)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `PostgreSQL keeps embeddings of up to ${maxDimension} numbers, the model makes ${dimension}. Use a folder.`,
    );
  const table = partitionName(gallery);
  await connection.query(
    `CREATE TABLE ${table} PARTITION OF insightface.templates FOR VALUES IN (${gallery})`,
  );
  await connection.query(
    `ALTER TABLE ${table} ADD CONSTRAINT dimension CHECK (vector_dims(embedding) = ${dimension})`,
  );
  if (dimension <= maxInlineDimension)
    await connection.query(`ALTER TABLE ${table} ALTER COLUMN embedding SET STORAGE PLAIN`);
}
