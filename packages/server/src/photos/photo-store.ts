// Crops of enrolled faces: one file a template in one folder a person, sealed by the person's key where the gallery is
// encrypted. With the person's folder, or key, they are gone.
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gallery } from '@insightface-ts/gallery';
import { InsightFaceError } from 'insightface-ts';

/** Ids come from the store, but a path is made of them. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class PhotoStore {
  readonly #folder: string;
  readonly #gallery: (tenant: string) => Promise<Gallery>;

  constructor(folder: string, gallery: (tenant: string) => Promise<Gallery>) {
    this.#folder = folder;
    this.#gallery = gallery;
  }

  /** Keeps the JPEG of a template. @throws InsightFaceError `WRITE_FAILED`. */
  async put(tenant: string, personId: string, templateId: string, jpeg: Uint8Array): Promise<void> {
    const file = this.#file(tenant, personId, templateId);
    const { sealer } = await this.#gallery(tenant);
    const bytes = sealer ? await sealer.seal(personId, templateId, jpeg) : jpeg;
    try {
      await mkdir(this.#person(tenant, personId), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.part`, bytes, { mode: 0o600, flush: true });
      await rename(`${file}.part`, file);
    } catch (cause) {
      throw new InsightFaceError('WRITE_FAILED', 'The photo cannot be written. Free some space.', { cause });
    }
  }

  /** The JPEG of a template, or `undefined` when none was kept. */
  async get(tenant: string, personId: string, templateId: string): Promise<Uint8Array | undefined> {
    if (!uuid.test(personId) || !uuid.test(templateId)) return undefined;
    const bytes = await readFile(this.#file(tenant, personId, templateId)).catch(() => undefined);
    if (!bytes) return undefined;
    const { sealer } = await this.#gallery(tenant);
    return sealer ? sealer.open(personId, templateId, bytes) : bytes;
  }

  /** Whether the photo of a template is kept. */
  has(tenant: string, personId: string, templateId: string): Promise<boolean> {
    return access(this.#file(tenant, personId, templateId)).then(
      () => true,
      () => false,
    );
  }

  /** Templates of a person of which there is a photo. */
  async list(tenant: string, personId: string): Promise<string[]> {
    const names = await readdir(this.#person(tenant, personId)).catch(() => []);
    return names.filter(name => uuid.test(name)).sort();
  }

  async remove(tenant: string, personId: string, templateId: string): Promise<void> {
    await rm(this.#file(tenant, personId, templateId), { force: true });
  }

  async removePerson(tenant: string, personId: string): Promise<void> {
    await rm(this.#person(tenant, personId), { recursive: true, force: true });
  }

  async removeTenant(tenant: string): Promise<void> {
    await rm(join(this.#folder, tenant), { recursive: true, force: true });
  }

  /** Copies all photos of a person to another, under that one's key. */
  async copy(tenant: string, from: string, into: string): Promise<void> {
    for (const template of await this.list(tenant, from)) {
      const jpeg = await this.get(tenant, from, template);
      if (jpeg) await this.put(tenant, into, template, jpeg);
    }
  }

  #person(tenant: string, personId: string): string {
    return join(this.#folder, tenant, checked(personId));
  }

  #file(tenant: string, personId: string, templateId: string): string {
    return join(this.#person(tenant, personId), checked(templateId));
  }
}

function checked(id: string): string {
  if (!uuid.test(id)) throw new InsightFaceError('INVALID_ARGUMENT', `${id} is not an id.`);
  return id;
}
