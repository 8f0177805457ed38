// Joining the job: who I am, who the others are, and a watch over all.
import { TorchError } from '../errors.js';
import { native } from '../native.js';
import { addressTowards } from './address.js';
import type { Collective } from './collective.js';
import { type Placement, placementFromEnvironment } from './environment.js';
import { ProcessGroup } from './process-group.js';
import { SingleProcess } from './single-process.js';
import { Watch } from './watch.js';

/** How long ranks wait for each other at the start, as the engine's store does. */
const MEET_MS = 5 * 60_000;

/** What differs from the environment's variables. */
export interface InitOptions extends Partial<Placement> {
  /** 'gloo' on CPU (the default), 'nccl' on GPUs, where the libtorch has it; NCCL has not been run yet. */
  readonly backend?: 'gloo' | 'nccl';
  /** How long a collective waits for slower ranks, milliseconds; 30 minutes by default, as in PyTorch. */
  readonly timeoutMs?: number;
  /** A rank that gives no sign of life for this long has failed, milliseconds; 15 s by default. */
  readonly peerTimeoutMs?: number;
}

/**
 * Joins the other ranks and waits for them. The place comes from torchrun's variables (RANK, WORLD_SIZE, LOCAL_RANK,
 * MASTER_ADDR, MASTER_PORT), else SLURM's, unless given; without any this is the only process and nothing is opened.
 * When a rank is killed or its machine lost, the others end within `1.5 * peerTimeoutMs` and say which one it was.
 *
 * Ranks trust each other and their network: run them where nobody else reaches their ports.
 *
 * @example
 * ```ts
 * const group = await init();
 * const model = new DistributedDataParallel(network, group);
 * // ... train ...
 * group.close();
 * ```
 * @throws TorchError INVALID_ARGUMENT, RANK_FAILED when the others do not come within 5 minutes (or `timeoutMs`)
 */
export async function init(options: InitOptions = {}): Promise<Collective> {
  const place = { ...placementFromEnvironment(), ...options };
  const { backend = 'gloo', timeoutMs = 30 * 60_000, peerTimeoutMs = 15_000 } = options;
  if (!Number.isInteger(place.rank) || place.rank < 0 || place.rank >= place.worldSize)
    throw new TorchError(
      'INVALID_ARGUMENT',
      `Rank ${place.rank} is not one of ${place.worldSize}: they are numbered from 0.`,
    );
  if (place.worldSize === 1) {
    await Watch.alone(peerTimeoutMs);
    return new SingleProcess();
  }
  const { rank, worldSize, localRank, masterAddr, masterPort } = place;
  const address = await addressTowards(masterAddr);
  const meetMs = Math.min(timeoutMs, MEET_MS);
  const leader = rank === 0 ? await Watch.lead({ peerTimeoutMs }, address, { worldSize, meetMs }) : undefined;
  const group = join(() =>
    native().distributedInit({
      backend,
      rank,
      worldSize,
      host: masterAddr,
      port: masterPort,
      storePrefix: agentStorePrefix(),
      address,
      timeoutMilliseconds: timeoutMs,
    }),
  );
  if (leader) native().distributedStoreSet(group, 'watch', leader.invitation);
  const watch =
    leader?.watch ??
    (await Watch.join({ rank, peerTimeoutMs }, masterAddr, native().distributedStoreGet(group, 'watch')));
  const collective = new ProcessGroup(group, watch, { rank, worldSize, localRank, backend });
  collective.barrier();
  return collective;

  function join(open: () => number): number {
    try {
      return open();
    } catch (cause) {
      leader?.watch.leave(1);
      if (!(cause instanceof TorchError) || !['ENGINE_FAILED', 'RANK_FAILED'].includes(cause.code))
        throw cause;
      throw new TorchError(
        'RANK_FAILED',
        `Rank ${rank} of ${worldSize} did not meet the others at ${masterAddr}:${masterPort}: ${cause.message.replace(/\.$/, '')}. Check that all ranks were started, that MASTER_ADDR and MASTER_PORT are the same for all, and that the port is free.`,
        { cause },
      );
    }
  }
}

/** torchrun serves the store itself, and marks the attempts after a restart by their number. */
function agentStorePrefix(): string {
  if (process.env['TORCHELASTIC_USE_AGENT_STORE'] !== 'True') return '';
  return `/worker/attempt_${process.env['TORCHELASTIC_RESTART_COUNT'] ?? 0}`;
}
