// What a sharded classifier needs of the ranks it runs on.
import type { distributed } from '@insightface-ts/torch';

/** A process group, or anything else with these four. */
export type ClassCollective = Pick<distributed.Collective, 'rank' | 'worldSize' | 'allReduce' | 'allGather'>;
