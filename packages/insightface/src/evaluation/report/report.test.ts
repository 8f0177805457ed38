import { expect, test } from 'vitest';
import { evaluateDetection } from '../detection-metrics.js';
import { breakDownByGroup } from '../groups.js';
import { evaluateGallery, evaluateIdentification } from '../identification.js';
import { mulberry32 } from '../random.js';
import { evaluateSimilarities, type VerificationPair } from '../verification.js';
import { detectionReport } from './detection-report.js';
import { html } from './html.js';
import { identificationReport } from './identification-report.js';
import { verificationReport } from './verification-report.js';

const hostile = '<script>alert("x")</script>&\'';

/** Checks that tags nest and close, and that attributes hold no stray quotes or angles; answers the tags by number. */
function parse(page: string): Map<string, number> {
  const single = new Set(['!doctype', 'meta', 'img']);
  const tags = new Map<string, number>();
  const open: string[] = [];
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '<style></style>');
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/gi)) {
    expect(body.slice(at, match.index)).not.toMatch(/[<>]/);
    at = match.index + match[0].length;
    const name = match[2]!.toLowerCase();
    tags.set(name, (tags.get(name) ?? 0) + 1);
    if (match[1]) expect(open.pop()).toBe(name);
    else if (!match[4] && !single.has(name)) open.push(name);
  }
  expect(body.slice(at).trim()).toBe('');
  expect(open).toEqual([]);
  return tags;
}

function selfContained(page: string): void {
  expect(page).not.toMatch(/<script|<link|@import|https?:|NaN|undefined|Infinity/);
  expect(page).toContain('prefers-color-scheme: dark');
}

function verification(names = (i: number) => `${i}`) {
  const random = mulberry32(1);
  const pairs = Array.from(
    { length: 400 },
    (_, i): VerificationPair => ({
      a: names(2 * i),
      b: names(2 * i + 1),
      same: i % 2 === 0,
    }),
  );
  const scores = pairs.map(({ same }, i) => (i === 6 ? Number.NaN : random() * 0.5 + (same ? 0.3 : -0.1)));
  return evaluateSimilarities(pairs, scores);
}

test('text is escaped, markup is not, nothing leaves nothing', () => {
  expect(html`<td title="${hostile}">${[html`<b>${1}</b>`, undefined, false]}</td>`.text).toBe(
    '<td title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"><b>1</b></td>',
  );
});

test('verification: well-formed, self-contained, with its figures and worst errors', () => {
  const result = verification(i => `${hostile}${i}`);
  const groups = new Map(
    result.pairs.flatMap(({ a, b }, i) => [a, b].map(name => [name, `g${i % 3}<`] as const)),
  );
  const page = verificationReport(result, {
    title: hostile,
    settings: [[hostile, hostile]],
    picture: image => (image.endsWith('1') ? undefined : `pictures/${encodeURIComponent(image)}`),
    groups: breakDownByGroup(result, groups, 0.3),
  });
  selfContained(page);
  const tags = parse(page);
  expect(tags.get('figure')).toBe(2 * 4);
  expect(tags.get('img')).toBeGreaterThan(10);
  expect(page).toContain(`${(result.summary.accuracy.mean * 100).toFixed(2)} %`);
  expect(page).toContain('no face');
  expect(page).toContain('g0&lt; and g1&lt;'.slice(0, 6));
});

test('verification of pairs that are all the same person, or without errors, still makes a page', () => {
  const same = [0.9, 0.8, 0.7].map((_, i) => ({ a: `a${i}`, b: `b${i}`, same: true }));
  const page = verificationReport(evaluateSimilarities(same, [0.9, 0.8, 0.7]), { title: 'Same' });
  parse(page);
  selfContained(page);
  const none = verificationReport(evaluateSimilarities(same, [Number.NaN, Number.NaN, Number.NaN]), {
    title: 'None',
  });
  parse(none);
  selfContained(none);
});

test('identification: ranks, open set, and the mistakes of the first gallery', () => {
  const random = mulberry32(4);
  const centres = Array.from({ length: 30 }, () => Array.from({ length: 8 }, () => random() - 0.5));
  const items = Array.from({ length: 120 }, (_, i) => ({ image: `i${i}`, person: `${hostile}${i % 30}` }));
  const embeddings = new Map(
    items.map((item, i) => [
      item.image,
      i === 3 ? undefined : Float32Array.from(centres[i % 30]!, value => value + 0.7 * (random() - 0.5)),
    ]),
  );
  const drawn = identificationReport(evaluateIdentification({ items, embeddings }), { title: 'Drawn' });
  parse(drawn);
  selfContained(drawn);
  expect(drawn).toContain('Not recognised');
  const given = evaluateGallery({ gallery: items.slice(0, 20), probes: items.slice(30), embeddings });
  const page = identificationReport(given, { title: 'Given' });
  parse(page);
  selfContained(page);
});

test('detection: recall by size, points, and the images with errors', () => {
  const kps = [[12, 12], [18, 12], [15, 15], [12, 18], [18, 18]] as const; // biome-ignore format: a face
  const truth = Array.from({ length: 20 }, (_, i) => ({
    image: `${hostile}${i}`,
    faces: [{ bbox: [0, 0, 20 + 20 * i, 20 + 20 * i] as const, kps }],
  }));
  const detections = new Map(
    truth.map(({ image, faces }, i) => [image, i % 5 === 0 ? [] : [{ ...faces[0]!, detScore: 1 - i / 40 }]]),
  );
  const result = evaluateDetection({ truth, detections });
  const page = detectionReport(result, { title: 'Faces', picture: image => encodeURIComponent(image) });
  parse(page);
  selfContained(page);
  expect(page).toContain('80.00 %');
  expect(page).toContain('1 missed, 0 false');
  const empty = detectionReport(evaluateDetection({ truth: [], detections: new Map() }), { title: 'Empty' });
  parse(empty);
  selfContained(empty);
});
