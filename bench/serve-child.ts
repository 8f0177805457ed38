// The server of the load tool, in a process of its own. Prints one line of JSON when it listens.
import { createServer } from '@insightface-ts/server';

const [options = '{}'] = process.argv.slice(2);
const app = await createServer({
  ...(JSON.parse(options) as { data: string; adminKey: string; workers?: number }),
  logLevel: false,
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.once('SIGTERM', () => app.close());
console.log(JSON.stringify({ url }));
