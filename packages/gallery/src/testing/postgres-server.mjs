// A real PostgreSQL with the real pgvector extension (PGlite, in WebAssembly) behind a socket: `node FILE FOLDER PORT`.
// PGlite has one backend, so this waiting room lets one client in at a time, from its first message until the backend
// is idle again, as a pooler does by transaction. Prints the port when it listens. Not part of the published library.
import { connect, createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const [folder, port = '0'] = process.argv.slice(2);
const db = await PGlite.create({ dataDir: folder, extensions: { vector } });
const inner = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 100 });
await inner.start();
const innerPort = Number(inner.getServerConn().split(':').at(-1));

/** ReadyForQuery, outside a transaction: the last message of an answer. */
const idle = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
let inside;
const waiting = [];
const admit = () => {
  if (inside) return;
  inside = waiting.shift();
  inside?.flush();
};

const outer = createServer(client => {
  const server = connect(innerPort, '127.0.0.1');
  const pending = [];
  const visitor = {
    flush() {
      for (const data of pending.splice(0)) server.write(data);
    },
  };
  const leave = () => {
    if (inside === visitor) inside = undefined;
    const place = waiting.indexOf(visitor);
    if (place >= 0) waiting.splice(place, 1);
    admit();
  };
  client.on('data', data => {
    pending.push(data);
    if (inside === visitor) visitor.flush();
    else if (!waiting.includes(visitor)) waiting.push(visitor);
    admit();
  });
  let tail = Buffer.alloc(0);
  server.on('data', data => {
    client.write(data);
    tail = Buffer.concat([tail, data]).subarray(-idle.length);
    if (tail.equals(idle)) leave();
  });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ]) {
    one.on('error', () => {});
    one.on('close', () => {
      other.destroy();
      leave();
    });
  }
});
outer.listen(Number(port), '127.0.0.1', () => console.log(outer.address().port));
