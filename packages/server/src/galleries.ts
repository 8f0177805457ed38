// One gallery a tenant, opened when it is first asked for.
import { type Gallery, type KeyRing, openGallery } from '@insightface-ts/gallery';
import { type FaceAnalysisPool, InsightFaceError } from 'insightface-ts';

export class Galleries {
  readonly #location: string;
  readonly #pool: FaceAnalysisPool;
  readonly #encryption: KeyRing | undefined;
  readonly #open = new Map<string, Promise<Gallery>>();
  #closed = false;

  /** @param location folder or URL, as `openGallery` takes it. */
  constructor(location: string, pool: FaceAnalysisPool, encryption: KeyRing | undefined) {
    this.#location = location;
    this.#pool = pool;
    this.#encryption = encryption;
  }

  /** @throws InsightFaceError what `openGallery` throws; the next call tries again. */
  get(tenant: string): Promise<Gallery> {
    if (this.#closed)
      return Promise.reject(new InsightFaceError('DISPOSED', 'The server is stopping. Ask again later.'));
    const known = this.#open.get(tenant);
    if (known) return known;
    const opening = openGallery(this.#location, {
      model: this.#pool.recognizer,
      tenant,
      ...(this.#encryption && { encryption: this.#encryption }),
    });
    this.#open.set(tenant, opening);
    opening.catch(() => this.#open.delete(tenant));
    return opening;
  }

  /** Closes the gallery of one tenant; it opens again when asked for. */
  async closeOne(tenant: string): Promise<void> {
    const opening = this.#open.get(tenant);
    this.#open.delete(tenant);
    await (await opening?.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const tenant of [...this.#open.keys()]) await this.closeOne(tenant);
  }
}
