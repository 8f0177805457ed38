import { createPublicKey, type KeyObject } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { Chain } from './chain.js';
import { publicKeyFile, syncFolder } from './files.js';
import { encodeHead, headFile } from './head.js';
import { noHash } from './record.js';
import type { Replayed } from './replay.js';
import { publicKeyPem } from './signing-key.js';

/** A new log's first files: what verifiers need, then HEAD of nothing. */
export async function begin(folder: string, key: KeyObject): Promise<Replayed> {
  const chain = new Chain();
  chain.beginSegment(1);
  await writeFile(publicKeyFile(folder), publicKeyPem(createPublicKey(key)));
  const handle = await open(headFile(folder), 'w', 0o600);
  try {
    await handle.writeFile(encodeHead({ seq: 0, hash: noHash, time: '', segment: 1, bytes: 0 }, key));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(folder);
  return { chain, bytes: 0, cut: 0 };
}
