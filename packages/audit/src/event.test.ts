import { expect, it } from 'vitest';
import { type AuditEvent, checkEvent } from './event.js';
import { createSubjectSalt, subjectReference } from './subject.js';

const event: AuditEvent = { action: 'key.create', actor: '1f2e3d4c', outcome: 'done' };
const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

it('takes what the schema has a place for', () => {
  const subject = subjectReference(createSubjectSalt(), 'b7f0');
  const details = { count: 3, far: 1e-4, kept: true, note: '名'.repeat(256), none: null };
  checkEvent({
    ...event,
    subject,
    tenant: 't',
    model: 'm',
    threshold: 0.3,
    score: -0.1,
    requestId: 'r',
    details,
  });
});

it.each<[string, object]>([
  ['a name as subject', { subject: 'Ada Lovelace' }],
  ['an id as subject', { subject: '7e57d004-2b97-4e7a-b45f-5387367791cd' }],
  ['an embedding', { embedding: [0.1, 0.2] }],
  ['numbers in details', { details: { embedding: [0.1, 0.2] } }],
  ['an embedding as text', { details: { embedding: 'A'.repeat(684) } }],
  ['a nested detail', { details: { person: { name: 'Ada' } } }],
  ['seventeen details', { details: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`d${i}`, i])) }],
  ['not a number', { score: Number.NaN }],
  ['a number in details that is none', { details: { score: Number.POSITIVE_INFINITY } }],
  ['a long actor', { actor: 'x'.repeat(129) }],
  ['no actor', { actor: '' }],
  ['an action of the log itself', { action: 'log.checkpoint' }],
  ['an action with a space', { action: 'key create' }],
  ['another outcome', { outcome: 'maybe' }],
])('refuses %s', (_, change) => {
  expect(() => checkEvent({ ...event, ...change })).toThrow(refused);
});

it('a reference is the same for the same person of the same tenant only, and says nothing of the id', () => {
  const [salt, other] = [createSubjectSalt(), createSubjectSalt()];
  expect(subjectReference(salt, 'a')).toBe(subjectReference(salt, 'a'));
  expect(
    new Set([subjectReference(salt, 'a'), subjectReference(salt, 'b'), subjectReference(other, 'a')]).size,
  ).toBe(3);
  expect(subjectReference(salt, 'a')).toMatch(/^ref_[0-9a-f]{32}$/);
  // RFC 4231, test case 2 has a shorter key; the first 16 bytes of HMAC-SHA-256 of its case 1.
  expect(subjectReference(Buffer.alloc(20, 0x0b), 'Hi There')).toBe('ref_b0344c61d8db38535ca8afceaf0bf12b');
  expect(() => subjectReference(Buffer.alloc(8), 'a')).toThrow(refused);
});
