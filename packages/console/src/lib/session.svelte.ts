// Who is signed in. The key lies in the tab's session storage: closing the tab signs out.
import { createClient, type InsightFaceClient, type OperationAnswer } from '@insightface-ts/client';

export type Me = OperationAnswer<'GET /v1/me'>;
export type Role = Me['roles'][number];

const storageName = 'insightface.key';

class Session {
  me = $state<Me>();
  /** A stored key is being tried. */
  isStarting = $state(true);
  #client: InsightFaceClient | undefined;
  #key = '';

  /** The client of who is signed in. */
  get client(): InsightFaceClient {
    if (!this.#client) throw new Error('Nobody is signed in.');
    return this.#client;
  }

  /** Tries the key of an earlier page of this tab. */
  async start(): Promise<void> {
    const key = sessionStorage.getItem(storageName);
    // A key that was ended meanwhile leads to the sign-in page, like none.
    if (key) await this.signIn(key).catch(() => this.signOut());
    this.isStarting = false;
  }

  /** @throws InsightFaceClientError when the server does not take the key. */
  async signIn(key: string): Promise<void> {
    const client = createClient({ url: location.origin, key });
    this.me = await client.request('GET /v1/me');
    this.#client = client;
    this.#key = key;
    sessionStorage.setItem(storageName, key);
  }

  signOut(): void {
    sessionStorage.removeItem(storageName);
    this.#client = undefined;
    this.#key = '';
    this.me = undefined;
  }

  /** Whether one of these roles is held; an admin holds all. */
  may(...roles: readonly Role[]): boolean {
    const own = this.me?.roles ?? [];
    return own.includes('admin') || roles.some(role => own.includes(role));
  }

  /** Whether who is signed in looks after the whole server. */
  get isRoot(): boolean {
    return this.me?.tenant === 'default' && this.me.roles.includes('admin');
  }

  /** A picture behind the key, as an address for <img>. Let go of it with `URL.revokeObjectURL`. */
  async pictureOf(path: string): Promise<string> {
    const response = await fetch(path, { headers: { authorization: `Bearer ${this.#key}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return URL.createObjectURL(await response.blob());
  }
}

export const session = new Session();
