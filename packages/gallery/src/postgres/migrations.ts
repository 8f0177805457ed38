// The tables, as numbered steps. A step that was published is never changed: add another.

/**
 * Step 1 is first. Templates lie in a partition for each gallery, which has an index of the gallery's own dimension
 * (partition.ts). Metadata is `json`, which keeps every character; `jsonb` refuses NUL and lone surrogates. Names are
 * in the order of their code points. Step 2 finds people by
 * tags without reading everybody.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE insightface.galleries (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL UNIQUE,
    model_name text,
    dimension integer,
    fingerprint text,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE insightface.people (
    gallery integer NOT NULL REFERENCES insightface.galleries ON DELETE CASCADE,
    number bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL,
    metadata json,
    tags text[] COLLATE "C" NOT NULL DEFAULT '{}',
    folded_name text COLLATE "C" NOT NULL,
    PRIMARY KEY (gallery, number),
    UNIQUE (gallery, id),
    UNIQUE (gallery, name)
  );
  CREATE SEQUENCE insightface.template_numbers;
  CREATE TABLE insightface.templates (
    gallery integer NOT NULL,
    number bigint NOT NULL DEFAULT nextval('insightface.template_numbers'),
    person bigint NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz(3) NOT NULL,
    source text,
    embedding vector NOT NULL,
    PRIMARY KEY (gallery, number),
    UNIQUE (gallery, id),
    FOREIGN KEY (gallery, person) REFERENCES insightface.people (gallery, number) ON DELETE CASCADE
  ) PARTITION BY LIST (gallery);
  CREATE INDEX templates_person ON insightface.templates (gallery, person);
  `,
  `
  CREATE INDEX people_tags ON insightface.people USING gin (tags);
  `,
];
