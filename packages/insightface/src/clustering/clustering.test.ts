import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../evaluation/random.js';
import {
  addFaces,
  type ClusterState,
  createClusters,
  type FaceToCluster,
  listClusters,
  measureClusters,
  mergeClusters,
  nameCluster,
  parseClusters,
  removePhotos,
  serializeClusters,
  splitFaces,
  suggestMerges,
  undoMerge,
} from './index.js';

const dimension = 32;

/** Two people in each photo; a person's faces have an average similarity of about 1 / (1 + spread^2). */
function album(people: number, photos: number, spread: number, seed = 1): FaceToCluster[] {
  const random = mulberry32(seed);
  const direction = () => Float32Array.from({ length: dimension }, () => 2 * random() - 1);
  const centres = Array.from({ length: people }, direction);
  return Array.from({ length: photos }, (_, photo) => photo).flatMap(photo => {
    const first = Math.floor(random() * people);
    return [first, (first + 1 + Math.floor(random() * (people - 1))) % people].map(person => {
      const noise = direction();
      const embedding = centres[person]!.map((value, at) => value + spread * noise[at]!);
      return { id: `${photo}/${person}`, photo: `${photo}`, embedding };
    });
  });
}

const personOf = (id: string) => id.split('/')[1]!;
const measure = (state: ClusterState) =>
  measureClusters(state.faces.map(({ id, cluster }) => ({ cluster, person: personOf(id) })));
const assignment = (state: ClusterState) =>
  Object.fromEntries(state.faces.map(({ id, cluster }) => [id, cluster]));
const clusterOf = (state: ClusterState, id: string) => assignment(state)[id]!;

describe('addFaces', () => {
  it('finds the people of an album, at once and photo by photo', () => {
    const faces = album(8, 60, 0.7);
    const atOnce = addFaces(createClusters(0.4), faces);
    expect(measure(atOnce).bcubed.f1).toBeGreaterThan(0.99);
    let bit = createClusters(0.4);
    for (let photo = 0; photo < 60; photo++) bit = addFaces(bit, faces.slice(2 * photo, 2 * photo + 2));
    expect(measure(bit).bcubed.f1).toBeGreaterThan(0.99);
  });

  it('keeps ids when photos are added, and is left as it was by nothing new', () => {
    const faces = album(6, 60, 0.6);
    const first = addFaces(createClusters(0.4), faces.slice(0, 80));
    const more = addFaces(first, faces.slice(80));
    for (const [id, cluster] of Object.entries(assignment(first))) expect(clusterOf(more, id)).toBe(cluster);
    expect(addFaces(more, [])).toEqual(more);
  });

  it('keeps two faces of one photo apart even when they are the same picture', () => {
    const [face] = album(2, 1, 0);
    const twice = ['a', 'b'].map(id => ({ ...face!, id }));
    expect(listClusters(addFaces(createClusters(-1), twice))).toHaveLength(2);
  });

  it('refuses what cannot be compared', () => {
    const [face] = album(2, 1, 0);
    const state = addFaces(createClusters(0.4), [face!]);
    const fails = (change: Partial<FaceToCluster>, code: string) =>
      expect(() => addFaces(state, [{ ...face!, id: 'new', ...change }])).toThrow(
        expect.objectContaining({ code }),
      );
    fails({ id: face!.id }, 'INVALID_ARGUMENT');
    fails({ embedding: new Float32Array(dimension) }, 'EMBEDDING_INVALID');
    fails({ embedding: new Float32Array(dimension).fill(Number.NaN) }, 'EMBEDDING_INVALID');
    fails({ embedding: new Float32Array(3).fill(1) }, 'MODEL_MISMATCH');
    expect(() => createClusters(2)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('forgets photos, and puts them where they were when they come back', () => {
    const faces = album(6, 60, 0.6);
    const state = addFaces(createClusters(0.4), faces);
    const without = removePhotos(state, new Set(['3', '4']));
    expect(without.faces).toHaveLength(116);
    const back = addFaces(without, faces.slice(6, 10));
    for (const { id } of faces.slice(6, 10)) expect(clusterOf(back, id)).toBe(clusterOf(state, id));
  });
});

describe('corrections', () => {
  const faces = album(6, 60, 0.6);
  const state = addFaces(createClusters(0.4), faces);

  it('undoes any merge for good, whether the last or an early one', () => {
    for (const merge of [state.merges[0]!, state.merges[40]!, state.merges.at(-1)!]) {
      const undone = undoMerge(state, merge.id);
      const [moved] = merge.faces;
      const stayed = Object.entries(assignment(state)).filter(
        ([id, cluster]) => cluster === clusterOf(state, moved!) && !merge.faces.includes(id),
      );
      const home = clusterOf(undone, moved!);
      for (const [id] of stayed) expect(clusterOf(undone, id)).not.toBe(home);
      for (const id of merge.faces) expect(clusterOf(undone, id)).toBe(home);
      // The best evidence there is does not join them again.
      const more = addFaces(
        undone,
        album(6, 30, 0.6).map(face => ({ ...face, id: `+${face.id}`, photo: `+${face.photo}` })),
      );
      expect(clusterOf(more, moved!)).not.toBe(clusterOf(more, stayed[0]![0]));
    }
  });

  it('merges by hand, and back: everything is as it was but for the note that they are two people', () => {
    const [a, b] = listClusters(state);
    // People who meet in a photo cannot be one.
    expect(() => mergeClusters(state, a!.id, b!.id)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    const strict = addFaces(
      createClusters(0.4),
      album(4, 40, 0.5).filter(({ id }, index) => index % 2 === 0 || id === ''),
    );
    const [c, d] = listClusters(strict);
    const merged = mergeClusters(strict, c!.id, d!.id);
    expect(listClusters(merged)).toHaveLength(listClusters(strict).length - 1);
    expect(listClusters(merged)[0]!.id).toBe(c!.id);
    const undone = undoMerge(merged);
    expect(assignment(undone)).toEqual(assignment(strict));
    expect(() => mergeClusters(undone, c!.id, d!.id)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(() => undoMerge(undone, 9999)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('keeps names while photos are added, and never joins two names by itself', () => {
    const [a] = listClusters(state);
    const named = nameCluster(state, a!.id, '张伟');
    const part = a!.faces.slice(0, 3).map(({ id }) => id);
    const split = splitFaces(named, part);
    const other = clusterOf(split, part[0]!);
    const both = nameCluster({ ...split, apart: [] }, other, '李娜');
    const more = addFaces(
      both,
      album(6, 20, 0.6).map(face => ({ ...face, id: `+${face.id}`, photo: `+${face.photo}` })),
    );
    expect(more.names).toEqual({ [a!.id]: '张伟', [other]: '李娜' });
    expect(nameCluster(more, other, '').names).toEqual({ [a!.id]: '张伟' });
    expect(() => nameCluster(state, 'p99999', 'x')).toThrow(
      expect.objectContaining({ code: 'PERSON_NOT_FOUND' }),
    );
    expect(() =>
      splitFaces(
        state,
        a!.faces.map(({ id }) => id),
      ),
    ).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('suggests to join what falls just short of the threshold, and nothing else', () => {
    const around = (person: string, ...direction: number[]) =>
      [0, 1, 2].map(index => ({
        id: `${index}/${person}`,
        photo: `${index}${person}`,
        embedding: Float32Array.from([...direction, 0.05 * index]),
      }));
    const faces = [...around('a', 1, 0, 0), ...around('b', 0.65, 0.76, 0), ...around('c', 0, 0, 1)];
    const state = addFaces(createClusters(0.7), faces);
    expect(listClusters(state)).toHaveLength(3);
    const [first, ...others] = suggestMerges(state, { margin: 0.1 });
    expect(first!.clusters.map(id => state.faces.find(({ cluster }) => cluster === id)!.id)).toEqual([
      '0/a',
      '0/b',
    ]);
    expect(first!.similarity).toBeCloseTo(0.65, 2);
    expect(others).toEqual([]);
  });

  it('survives a file', () => {
    const named = nameCluster(undoMerge(state), listClusters(state)[0]!.id, '张伟');
    expect(parseClusters(serializeClusters(named))).toEqual(named);
    for (const text of [
      '',
      '{}',
      '[]',
      serializeClusters(named).replace('"threshold"', '"x"'),
      serializeClusters(named).slice(0, -9),
    ])
      expect(() => parseClusters(text)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
  });

  it('refuses a file that was edited into something no state can be', () => {
    const saved = () => JSON.parse(serializeClusters(state));
    const edits: ((value: ReturnType<typeof saved>) => void)[] = [
      value => value.faces.push(value.faces[0]),
      value => Object.assign(value.faces[0], { embedding: '!!!' }),
      value => Object.assign(value.faces[0], { embedding: btoa('\0\0\u00c0\u007f') }),
      value => Object.assign(value.faces[0], { cluster: '__proto__' }),
      value => Object.assign(value.faces[0], { cluster: 'p999' }),
      value => Object.assign(value, { threshold: 99 }),
      value => Object.assign(value, { nextCluster: 0.5 }),
      value => Object.assign(value.names, { p1: { text: 'Ada' } }),
      value => value.merges.push({ id: 1 }),
      value => value.apart.push(7),
    ];
    for (const edit of edits) {
      const value = saved();
      edit(value);
      expect(() => parseClusters(JSON.stringify(value)), String(edit)).toThrow(
        expect.objectContaining({ code: 'DATASET_INVALID' }),
      );
    }
  });
});

describe('measureClusters', () => {
  it('gives the figures of a small example worked by hand', () => {
    // Clusters aab, bc: pairs together 4, right 1; of the truth's pairs aa and bb one is found.
    const items = ['1a', '1a', '1b', '2b', '2c'].map(text => ({ cluster: text[0]!, person: text[1]! }));
    const { pairs, bcubed } = measureClusters(items);
    expect(pairs).toEqual({ precision: 1 / 4, recall: 1 / 2, f1: 1 / 3 });
    // By item: precision 2/3 2/3 1/3 1/2 1/2, recall 1 1 1/2 1/2 1.
    expect(bcubed.precision).toBeCloseTo(8 / 15, 12);
    expect(bcubed.recall).toBeCloseTo(4 / 5, 12);
  });
});
