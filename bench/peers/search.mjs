// usearch (graph of 8-bit vectors) and sqlite-vec (exact, floats) on the same templates and queries as ours. Prints JSON.
// Parameters: templates, queries.
import Database from 'libsql';
import * as sqliteVec from 'sqlite-vec';
import usearch from 'usearch';
import { dimension, each, probe, template } from '../dist/search-data.js';

const [templates, queries] = process.argv.slice(2, 4).map(Number);
const people = Math.floor(templates / each);
const probes = Array.from({ length: queries }, (_, index) => probe(Math.floor((index * people) / queries)));
const chunk = 10_000;

/** Hands out the templates in chunks `(first, count, [count, dimension])`; returns the seconds that `add` took. */
function feed(add) {
  let time = 0;
  for (let first = 0; first < templates; first += chunk) {
    const count = Math.min(chunk, templates - first);
    const vectors = new Float32Array(count * dimension);
    for (let index = 0; index < count; index++) vectors.set(template(first + index), index * dimension);
    const start = performance.now();
    add(first, count, vectors);
    time += performance.now() - start;
  }
  return time / 1000;
}

function searchAll(search) {
  const times = [];
  const found = [];
  for (const query of probes) {
    const start = performance.now();
    const number = search(query);
    times.push(performance.now() - start);
    found.push(Math.floor(number / each));
  }
  return { times, found };
}

const settings = {
  metric: 'cos',
  quantization: 'i8',
  dimensions: dimension,
  connectivity: 16,
  expansion_add: 128,
};
const index = new usearch.Index({ ...settings, expansion_search: 64 });
const build = feed((first, count, vectors) =>
  index.add(
    BigUint64Array.from({ length: count }, (_, at) => BigInt(first + at)),
    vectors,
    0,
  ),
);
const file = `/tmp/insightface-bench-${process.pid}.usearch`;
index.save(file);
const graphs = [64, 128, 256, 512, 1024].map(expansion => {
  const wider = new usearch.Index({ ...settings, expansion_search: expansion });
  wider.load(file);
  const search = query => Number(wider.search(query, 10, 0).keys[0]);
  for (const query of probes.slice(0, 20)) search(query);
  return { expansion, ...searchAll(search) };
});

const database = new Database(':memory:');
database.loadExtension(sqliteVec.getLoadablePath());
database.exec(`create virtual table templates using vec0(embedding float[${dimension}])`);
const insert = database.prepare('insert into templates(rowid, embedding) values (?, ?)');
const insertBuild = feed((first, count, vectors) => {
  database.exec('begin');
  for (let at = 0; at < count; at++)
    insert.run(BigInt(first + at + 1), Buffer.from(vectors.buffer, at * dimension * 4, dimension * 4));
  database.exec('commit');
});
const select = database.prepare(
  'select rowid from templates where embedding match ? order by distance limit 10',
);
probes.length = Math.min(20, probes.length);
const exact = searchAll(query => select.get([Buffer.from(query.buffer)]).rowid - 1);
const { rm } = await import('node:fs/promises');
await rm(file, { force: true });
console.log(JSON.stringify({ usearch: { build, graphs }, sqliteVec: { build: insertBuild, ...exact } }));
