// The user's own npm settings: registry, scopes, credentials, proxy, certificates.
import { dirname, join } from 'node:path';
import type { Options } from 'npm-registry-fetch';

/** What npm's own libraries call flat options. */
export interface NpmSettings extends Options {
  readonly replaceRegistryHost?: string;
  readonly httpsProxy?: string;
}

/** Settings, and what they stand beside. */
export interface LoadedSettings {
  readonly settings: NpmSettings;
  /** Host of the registry that npm uses when nothing is set. */
  readonly defaultRegistryHost: string;
}

let loading: Promise<LoadedSettings> | undefined;

/** Reads npm's settings as `npm` itself would here: environment, project, user, global. */
export function npmSettings(): Promise<LoadedSettings> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<LoadedSettings> {
  const [{ default: Config }, { default: npm }] = await Promise.all([
    import('@npmcli/config'),
    import('@npmcli/config/lib/definitions/index.js'),
  ]);
  const config = new Config({
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: npm.flatten,
    // Only the npmrc that is built into npm is looked for here.
    npmPath: join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm'),
    argv: [],
    env: { ...process.env },
    execPath: process.execPath,
    platform: process.platform,
    cwd: process.cwd(),
    warn: false,
  });
  await config.load();
  // The tarballs are large and kept by us: not in npm's cache as well.
  const { cache: _, ...settings } = config.flat;
  return { settings, defaultRegistryHost: new URL(npm.defaults.registry).host };
}
