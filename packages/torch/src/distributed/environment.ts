// Who this process is among its peers, from the variables that torchrun, our launcher or SLURM set.
// torchrun: https://pytorch.org/docs/stable/elastic/run.html#environment-variables
// SLURM: https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
import { TorchError } from '../errors.js';

/** One process's place in a job of `worldSize` processes. */
export interface Placement {
  /** 0 to worldSize - 1 over all machines. */
  rank: number;
  worldSize: number;
  /** 0, 1, ... on this machine: the number of the GPU to take. */
  localRank: number;
  /** Host name or address of rank 0's machine. */
  masterAddr: string;
  /** TCP port on it. */
  masterPort: number;
}

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** torchrun's default rendezvous port. */
export const DEFAULT_PORT = 29500;

/**
 * Reads RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT; where RANK is not set, SLURM_PROCID,
 * SLURM_NTASKS, SLURM_LOCALID and the first host of SLURM_STEP_NODELIST. Without either this is the only process.
 * @throws INVALID_ARGUMENT for a variable that is no number in its range.
 */
export function placementFromEnvironment(environment: Environment = process.env): Placement {
  const slurm = environment['RANK'] === undefined && environment['SLURM_PROCID'] !== undefined;
  const names = slurm
    ? { rank: 'SLURM_PROCID', worldSize: 'SLURM_NTASKS', localRank: 'SLURM_LOCALID' }
    : { rank: 'RANK', worldSize: 'WORLD_SIZE', localRank: 'LOCAL_RANK' };
  const worldSize = integer(environment, names.worldSize, 1, 1, 65_536);
  return {
    rank: integer(environment, names.rank, 0, 0, worldSize - 1),
    worldSize,
    localRank: integer(environment, names.localRank, 0, 0, worldSize - 1),
    masterAddr: environment['MASTER_ADDR'] ?? (slurm ? slurmMaster(environment) : '127.0.0.1'),
    masterPort: integer(environment, 'MASTER_PORT', DEFAULT_PORT, 1, 65_535),
  };
}

/** The first host of a list like `gpu[07-09,12],login`: `gpu07`. */
function slurmMaster(environment: Environment): string {
  const hosts = environment['SLURM_STEP_NODELIST'] ?? environment['SLURM_JOB_NODELIST'] ?? '127.0.0.1';
  const first = /^([^[,]+)(?:\[([^\],-]+)[^\]]*\]([^,]*))?/.exec(hosts);
  return first ? `${first[1]}${first[2] ?? ''}${first[3] ?? ''}` : hosts;
}

function integer(environment: Environment, name: string, absent: number, least: number, most: number) {
  const text = environment[name];
  if (text === undefined || text === '') return absent;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TorchError(
    'INVALID_ARGUMENT',
    `${name}=${text} must be a whole number from ${least} to ${most}; unset it to run in one process.`,
  );
}
