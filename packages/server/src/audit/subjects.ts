// References of persons in the audit log: a keyed hash by the tenant's salt, which lies outside the log.
import { createSubjectSalt, subjectReference } from '@insightface-ts/audit';
import type { StateStore } from '../state/state-store.js';

export class SubjectStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** What a person is called in the log. */
  async reference(tenant: string, personId: string): Promise<string> {
    const known = this.#state.get<{ salt: string }>(['salt', tenant]);
    if (known) return subjectReference(Buffer.from(known.salt, 'base64'), personId);
    const salt = createSubjectSalt();
    await this.#state.put(['salt', tenant], { salt: Buffer.from(salt).toString('base64') });
    return subjectReference(salt, personId);
  }

  /** The tenant's records belong to nobody from now on. */
  async erase(tenant: string): Promise<void> {
    await this.#state.remove(['salt', tenant]);
  }
}
