import { randomUUID } from 'node:crypto';
import type { Gallery, Metadata } from '@insightface-ts/gallery';

/** A person who has no faces yet. */
export async function addPerson(
  gallery: Gallery,
  name: string,
  tags: readonly string[] | undefined,
  metadata: Metadata | undefined,
): Promise<void> {
  await gallery.importPeople([
    {
      id: randomUUID(),
      name,
      createdAt: new Date().toISOString(),
      templates: [],
      ...(tags && { tags }),
      ...(metadata && { metadata }),
    },
  ]);
}
