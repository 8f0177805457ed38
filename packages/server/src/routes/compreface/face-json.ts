// A face as CompreFace writes it, and the parts of it that a request asks for ("plugins").
import type { Face, Timings } from 'insightface-ts';

/** What `face_plugins` may name. */
export const facePlugins = [
  'age',
  'gender',
  'landmarks',
  'calculator',
  'mask',
  'pose',
  'landmarks2d106',
] as const;

export type FacePlugin = (typeof facePlugins)[number];

/** A face in CompreFace's words; the fields of plugins that were not asked for, or have no model here, are absent. */
export interface CompreFaceFace {
  age?: { probability: number; low: number; high: number };
  gender?: { probability: number; value: 'male' | 'female' };
  pose?: { pitch: number; roll: number; yaw: number };
  embedding?: number[];
  box: { probability: number; x_min: number; y_min: number; x_max: number; y_max: number };
  landmarks?: number[][];
  landmarks2d106?: number[][];
  execution_time?: Record<string, number>;
}

/** The plugins that a comma-separated list names, or the first word in it that is none. */
export function parsePlugins(list: string): ReadonlySet<FacePlugin> | { unknown: string } {
  const plugins = new Set<FacePlugin>();
  for (const word of list.split(',').map(part => part.trim())) {
    if (word === '') continue;
    const plugin = facePlugins.find(name => name === word);
    if (!plugin) return { unknown: word };
    plugins.add(plugin);
  }
  return plugins;
}

/** @param timings - Given when the request asked for `status`. */
export function toCompreFace(
  face: Face,
  plugins: ReadonlySet<FacePlugin>,
  timings?: Timings,
): CompreFaceFace {
  const [x_min, y_min, x_max, y_max] = face.bbox.map(Math.round) as [number, number, number, number];
  return {
    ...(plugins.has('age') && face.age !== undefined && { age: ageOf(face.age, face.ageRange) }),
    ...(plugins.has('gender') &&
      face.gender && {
        gender: { probability: face.genderScore ?? 0, value: face.gender === 'M' ? 'male' : 'female' },
      }),
    ...(plugins.has('pose') && {
      pose: { pitch: face.pose.pitch, roll: face.pose.roll, yaw: face.pose.yaw },
    }),
    ...(plugins.has('calculator') && face.normedEmbedding && { embedding: Array.from(face.normedEmbedding) }),
    box: { probability: face.detScore, x_min, y_min, x_max, y_max },
    ...(plugins.has('landmarks') && { landmarks: face.kps.map(roundPoint) }),
    ...(plugins.has('landmarks2d106') &&
      face.landmark2d106 && { landmarks2d106: face.landmark2d106.map(roundPoint) }),
    ...(timings && { execution_time: executionTime(plugins, timings) }),
  };
}

/** Which model does what: `plugins_versions` of an answer with `status`. */
export function pluginVersions(
  pack: {
    readonly name: string;
    readonly models: readonly { readonly name: string; readonly task: string }[];
  },
  plugins: ReadonlySet<FacePlugin>,
): Record<string, string> {
  const model = (task: string) => pack.models.find(candidate => candidate.task === task)?.name;
  const versions: Record<string, string> = {};
  const add = (plugin: string, task: string) => {
    const name = model(task);
    if (name) versions[plugin] = `${pack.name}.${name}`;
  };
  add('detector', 'detection');
  add('calculator', 'recognition');
  if (plugins.has('age')) add('age', 'gender-age');
  if (plugins.has('gender')) add('gender', 'gender-age');
  if (plugins.has('landmarks')) add('landmarks', 'landmark');
  return versions;
}

/** Without a range the network gave one number, and no probability. */
function ageOf(age: number, range: readonly [number, number] | undefined) {
  if (!range) return { probability: 0, low: Math.round(age), high: Math.round(age) };
  // The range is the middle 80 % of the network's distribution.
  return { probability: 0.8, low: Math.round(range[0]), high: Math.round(range[1]) };
}

function executionTime(plugins: ReadonlySet<FacePlugin>, timings: Timings): Record<string, number> {
  return {
    detector: timings.detect,
    calculator: timings.align + timings.embed,
    ...(plugins.has('age') && { age: timings.attributes }),
    ...(plugins.has('gender') && { gender: timings.attributes }),
    ...(plugins.has('landmarks') && { landmarks: timings.landmark }),
  };
}

function roundPoint(point: readonly number[]): number[] {
  return point.slice(0, 2).map(Math.round);
}
