// What an import adds, given what is there: the same for every database.
import type { Counts, Metadata, Person, Template } from '../types.js';

export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly metadata?: Metadata | null;
  readonly tags: readonly string[];
}

export interface ImportPlan {
  /** People to be made, each once. */
  readonly newcomers: readonly Person[];
  /** People who are here, with what they lack. */
  readonly described: readonly KnownPerson[];
  /** Templates to be added, with the id of the person here. */
  readonly templates: readonly (Template & { readonly person: string })[];
  readonly counts: Counts;
}

/**
 * People are known by id, so that one who was renamed since stays one, then by name. What a person has is left alone.
 * @param known those here who have an id or name of the people.
 * @param present ids of the people's templates that are here.
 */
export function planImport(
  people: readonly Person[],
  known: readonly KnownPerson[],
  present: ReadonlySet<string>,
): ImportPlan {
  const byId = new Map(known.map(person => [person.id, person]));
  const byName = new Map(known.map(person => [person.name, person]));
  const newcomers: Person[] = [];
  const described = new Map<string, KnownPerson>();
  const templates: (Template & { person: string })[] = [];
  const changed = new Set<string>();
  const seen = new Set(present);
  for (const person of people) {
    let own = byId.get(person.id) ?? byName.get(person.name);
    if (!own) {
      own = { id: person.id, name: person.name, metadata: person.metadata ?? null, tags: person.tags ?? [] };
      byId.set(own.id, own);
      byName.set(own.name, own);
      newcomers.push(person);
      changed.add(own.id);
    } else if ((!own.metadata && person.metadata) || (own.tags.length === 0 && person.tags)) {
      own = {
        ...own,
        metadata: own.metadata ?? person.metadata ?? null,
        tags: own.tags.length > 0 ? own.tags : (person.tags ?? []),
      };
      byId.set(own.id, own);
      byName.set(own.name, own);
      described.set(own.id, own);
    }
    for (const template of person.templates) {
      if (seen.has(template.id)) continue;
      seen.add(template.id);
      changed.add(own.id);
      templates.push({ ...template, person: own.id });
    }
  }
  return {
    newcomers,
    described: [...described.values()],
    templates,
    counts: { people: changed.size, templates: templates.length },
  };
}
