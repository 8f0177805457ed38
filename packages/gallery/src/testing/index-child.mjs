// Adds templates and saves the index of a folder over and over, until it is killed. Parameters: the built ArraySource,
// SearchIndex and vectors modules, the folder.
const [sourceModule, indexModule, vectorsModule, folder] = process.argv.slice(2);
const { ArraySource } = await import(sourceModule);
const { SearchIndex } = await import(indexModule);
const { formulaVector, unit } = await import(vectorsModule);

const source = new ArraySource();
const index = new SearchIndex(source, 64, { folder, workers: 0, saveFrom: 100 });
for (let number = 1; number <= 20_000; number++) {
  source.add(number % 400, unit(formulaVector(number, 64)));
  if (number % 100 === 0) {
    await index.search(unit(formulaVector(number, 64)), { limit: 1, threshold: -1 });
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  if (number === 1000) process.stdout.write('begun\n');
}
// Everything is saved; wait for the end.
setInterval(() => {}, 1000);
