// What the watching thread runs, see watch.ts. Its source is evaluated in a worker: it must not name anything outside itself.
import type { Socket } from 'node:net';

/** What the thread is given. */
export interface WatchSettings {
  readonly rank: number;
  readonly host: string;
  readonly peerTimeoutMs: number;
  /** Rank 0 listens, the others connect to it. A job of one process does neither. */
  readonly connection:
    | { readonly listen: string; readonly token: string; readonly worldSize: number; readonly meetMs: number }
    | { readonly connect: string; readonly port: number; readonly token: string }
    | undefined;
  /** The process id of the launcher, without which this process must not live on; 0 for none. */
  readonly launcher: number;
  /** Words: 0 set when a reason is there, 1 its bytes, 2 set when the goodbye is sent. Then the reason. */
  readonly shared: SharedArrayBuffer;
}

/** Another rank, as rank 0 sees it; rank 0, as the others see it. */
interface Peer {
  readonly socket: Socket;
  rank: number;
  host: string;
  seen: number;
  left: boolean;
}

type Message =
  | { readonly kind: 'hello'; readonly rank: number; readonly host: string; readonly token: string }
  | { readonly kind: 'alive' }
  | { readonly kind: 'bye'; readonly code: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Watches until the process ends. */
export function watchThread(): void {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const net = process.getBuiltinModule('node:net');
  const { writeSync } = process.getBuiltinModule('node:fs');
  const { rank, host, peerTimeoutMs, connection, launcher, shared } = workerData as WatchSettings;
  const words = new Int32Array(shared, 0, 4);
  const peers = new Set<Peer>();
  // Ended by hand: peers may still save their work.
  const peaceful = [0, 130, 143];
  let failed = false;
  let met = () => {};

  const send = (message: Message) => {
    for (const { socket } of peers) socket.write(`${JSON.stringify(message)}\n`);
  };

  const fail = (reason: string) => {
    if (failed) return;
    failed = true;
    send({ kind: 'failed', reason });
    const bytes = new TextEncoder().encode(reason).subarray(0, shared.byteLength - 16);
    new Uint8Array(shared, 16).set(bytes);
    Atomics.store(words, 1, bytes.length);
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    try {
      writeSync(2, `RANK_FAILED: ${reason}; rank ${rank} ends, too.\n`);
    } catch {
      // Nobody reads.
    }
    // The main thread has the news from its next collective, unless it stands in one that does not return.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), peerTimeoutMs / 2);
  };

  const hear = (peer: Peer, message: Message, token: string) => {
    if (message.kind === 'hello' && message.token === token) {
      peer.rank = message.rank;
      peer.host = message.host;
      met();
    } else if (peer.rank < 0) {
      // Not one of us.
      peer.socket.destroy();
    } else if (message.kind === 'failed') {
      fail(message.reason);
    } else if (message.kind === 'bye') {
      peer.left = true;
      if (!peaceful.includes(message.code))
        fail(`Rank ${peer.rank} on ${peer.host} ended with exit code ${message.code}`);
    }
  };

  const attend = (socket: Socket, peerRank: number, peerHost: string, token: string) => {
    const peer: Peer = { socket, rank: peerRank, host: peerHost, seen: Date.now(), left: false };
    peers.add(peer);
    let text = '';
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      peer.seen = Date.now();
      text += part;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      try {
        for (const line of lines) hear(peer, JSON.parse(line) as Message, token);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      peers.delete(peer);
      if (peer.rank >= 0 && !peer.left)
        fail(`Rank ${peer.rank} on ${peer.host} was killed or its machine lost (its connection closed)`);
    });
  };

  if (connection === undefined) parentPort?.postMessage(0);
  else if ('listen' in connection) {
    const server = net.createServer(socket => attend(socket, -1, '', connection.token));
    server.listen(0, connection.listen, () => {
      const address = server.address();
      parentPort?.postMessage(typeof address === 'object' ? address?.port : 0);
    });
    // The main thread stands in the engine, which waits for a rank that does not come much longer.
    const { worldSize, meetMs, listen } = connection;
    const late = setTimeout(() => {
      fail(
        `Fewer than ${worldSize} ranks met rank 0 on ${host} (${listen}) within ${meetMs / 1000} s; start all with the same MASTER_ADDR and MASTER_PORT`,
      );
    }, meetMs);
    met = () => {
      if ([...peers].filter(peer => peer.rank > 0).length === worldSize - 1) clearTimeout(late);
    };
  } else {
    const socket = net.connect(connection.port, connection.connect, () => {
      attend(socket, 0, connection.connect, connection.token);
      send({ kind: 'hello', rank, host, token: connection.token });
      parentPort?.postMessage(connection.port);
    });
    socket.once('error', error => {
      if (peers.size === 0) throw error;
    });
  }

  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    // After a pause of our own (a stopped process, a sleeping machine) nobody else's silence counts.
    const paused = now - last > peerTimeoutMs / 2;
    last = now;
    send({ kind: 'alive' });
    for (const peer of peers) {
      if (paused) peer.seen = now;
      else if (peer.rank >= 0 && !peer.left && now - peer.seen > peerTimeoutMs)
        fail(
          `Rank ${peer.rank} on ${peer.host} gave no sign of life for ${Math.round(peerTimeoutMs / 1000)} s`,
        );
    }
    if (launcher !== 0 && process.ppid !== launcher) {
      fail(`The launcher of rank ${rank} on ${host} is gone`);
      process.kill(process.pid, 'SIGKILL');
    }
  }, peerTimeoutMs / 10);

  parentPort?.on('message', (code: number) => {
    const said = () => {
      Atomics.store(words, 2, 1);
      Atomics.notify(words, 2);
    };
    failed = true;
    let open = peers.size;
    if (open === 0) said();
    for (const { socket } of peers)
      socket.end(
        `${JSON.stringify({ kind: 'bye', code } satisfies Message)}\n`,
        () => --open === 0 && said(),
      );
  });
}
