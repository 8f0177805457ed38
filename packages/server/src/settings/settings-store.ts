import type { StateStore } from '../state/state-store.js';
import { defaultSettings, type Settings } from './settings.js';

/** Settings of each tenant. A change counts from the next request on. */
export class SettingsStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  get(tenant: string): Settings {
    return { ...defaultSettings, ...this.#state.get<Partial<Settings>>(['settings', tenant]) };
  }

  async put(tenant: string, settings: Settings): Promise<void> {
    await this.#state.put(['settings', tenant], settings);
  }

  async remove(tenant: string): Promise<void> {
    await this.#state.remove(['settings', tenant]);
  }
}
