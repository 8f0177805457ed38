// HEAD says how far the log goes. It is written over in place at every commit, after the records are on the disk and
// before anybody is told so. Hence what lies beyond it was never acknowledged, and what it counts must be there.
// It fills one sector of 512 bytes, which disks write whole or not at all.
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError } from './errors.js';
import { isSignatureOf, signText } from './signing-key.js';

/** The last record that was acknowledged, and where it ends. */
export interface HeadPosition {
  readonly seq: number;
  readonly hash: string;
  readonly time: string;
  readonly segment: number;
  /** How much of that segment's file counts. */
  readonly bytes: number;
}

export interface SignedHead extends HeadPosition {
  readonly signature: string;
}

const size = 512;

export function headFile(folder: string): string {
  return join(folder, 'HEAD');
}

export function encodeHead(position: HeadPosition, key: KeyObject): Buffer {
  const body = bodyOf(position);
  return Buffer.from(padded(body, signText(key, 'head', body)));
}

/**
 * Reads HEAD; undefined when there is none, null when it does not read. A writer may be at work: what does not read is
 * read again for a while.
 */
export async function readHead(folder: string): Promise<SignedHead | null | undefined> {
  for (let tries = 0; ; tries++) {
    const text = await readFile(headFile(folder), 'latin1').catch(error => {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const head = parseHead(text);
    if (head || tries === 3) return head ?? null;
    await sleep(5);
  }
}

export function isHeadOf(key: KeyObject, head: SignedHead): boolean {
  return isSignatureOf(key, 'head', bodyOf(head), head.signature);
}

function parseHead(text: string): SignedHead | undefined {
  try {
    const head = JSON.parse(text) as SignedHead;
    // Only the one spelling that is written: a changed space is a change too.
    return padded(bodyOf(head), head.signature) === text ? head : undefined;
  } catch {
    return undefined;
  }
}

function bodyOf({ bytes, hash, segment, seq, time }: HeadPosition): string {
  return JSON.stringify({ bytes, hash, segment, seq, time });
}

function padded(body: string, signature: string): string {
  return `${`${body.slice(0, -1)},"signature":"${signature}"}`.padEnd(size - 1)}\n`;
}
