// Verification by templates rounded to 8 bits against verification by floats, over all pairs.

export interface RoundingLoss {
  /** Pairs of one person, and of two. */
  readonly genuine: number;
  readonly impostor: number;
  /** True accept rate of floats, 0 to 1. */
  readonly tar: number;
  readonly rounded: readonly {
    readonly scale: number;
    /** What the true accept rate falls by; negative where it rises. */
    readonly lost: number;
    /** Root mean square error of a similarity. */
    readonly error: number;
    /** Part of the numbers that are larger than 127. */
    readonly clipped: number;
  }[];
}

/** Bins of similarities from -1 to 1. */
const bins = 200_000;

/** Vectors of any length count by their directions. The probe of a pair stays as it is and the template is rounded, as in the index. */
export function roundingLoss(
  people: readonly string[],
  embeddings: readonly Float32Array[],
  scales: readonly number[],
  far: number,
): RoundingLoss {
  const vectors = embeddings.map(unit);
  const dimension = vectors[0]?.length ?? 0;
  const tables = [undefined, ...scales].map(scale => ({
    scale,
    templates: scale === undefined ? vectors : vectors.map(vector => round(vector, scale)),
    genuine: new Float64Array(bins + 1),
    impostor: new Float64Array(bins + 1),
    squares: 0,
  }));
  let pairs = 0;
  let genuine = 0;
  for (let a = 0; a < vectors.length; a++)
    for (let b = 0; b < a; b++) {
      const same = people[a] === people[b];
      pairs++;
      if (same) genuine++;
      let exact = 0;
      for (const table of tables) {
        const similarity = dot(vectors[a]!, table.templates[b]!, dimension);
        if (table.scale === undefined) exact = similarity;
        else table.squares += (similarity - exact) ** 2;
        const bin = Math.max(0, Math.min(bins, Math.round(((similarity + 1) / 2) * bins)));
        const histogram = same ? table.genuine : table.impostor;
        histogram[bin]!++;
      }
    }
  const rates = tables.map(table => tarAt(table.genuine, table.impostor, far));
  const tar = rates[0] ?? Number.NaN;
  return {
    genuine,
    impostor: pairs - genuine,
    tar,
    rounded: tables.slice(1).map(({ scale = 0, squares }, index) => ({
      scale,
      lost: tar - (rates[index + 1] ?? Number.NaN),
      error: Math.sqrt(squares / pairs),
      clipped:
        vectors.reduce(
          (sum, vector) => sum + vector.filter(value => Math.abs(value) * scale > 127.5).length,
          0,
        ) /
        (vectors.length * dimension),
    })),
  };
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map(value => value / length);
}

function round(vector: Float32Array, scale: number): Float32Array {
  return vector.map(value => Math.max(-127, Math.min(127, Math.round(value * scale))) / scale);
}

function dot(a: Float32Array, b: Float32Array, dimension: number): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let index = 0; index < dimension; index += 4) {
    first += a[index]! * b[index]!;
    second += a[index + 1]! * b[index + 1]!;
    third += a[index + 2]! * b[index + 2]!;
    fourth += a[index + 3]! * b[index + 3]!;
  }
  return first + second + third + fourth;
}

/** The part of genuine pairs above the lowest bin that lets in at most `far` of the impostors. */
function tarAt(genuine: Float64Array, impostor: Float64Array, far: number): number {
  const strangers = impostor.reduce((sum, count) => sum + count, 0);
  const friends = genuine.reduce((sum, count) => sum + count, 0);
  let accepted = 0;
  let right = 0;
  for (let bin = bins; bin >= 0; bin--) {
    accepted += impostor[bin]!;
    if (accepted > far * strangers) break;
    right += genuine[bin]!;
  }
  return right / friends;
}
