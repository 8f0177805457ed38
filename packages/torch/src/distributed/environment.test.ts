import { expect, test } from 'vitest';
import { placementFromEnvironment } from './environment.js';

test('torchrun sets everything', () => {
  expect(
    placementFromEnvironment({
      RANK: '5',
      WORLD_SIZE: '8',
      LOCAL_RANK: '1',
      MASTER_ADDR: 'node0',
      MASTER_PORT: '1234',
    }),
  ).toEqual({ rank: 5, worldSize: 8, localRank: 1, masterAddr: 'node0', masterPort: 1234 });
});

test('alone when nothing is set', () => {
  expect(placementFromEnvironment({})).toMatchObject({ rank: 0, worldSize: 1, localRank: 0 });
});

test.each([
  ['gpu[07-09,12],login', 'gpu07'],
  ['gpu[3,5]', 'gpu3'],
  ['rack1-a[01-04]-ib', 'rack1-a01-ib'],
  ['one,two', 'one'],
  ['single', 'single'],
])('SLURM host list %s', (list, master) => {
  expect(
    placementFromEnvironment({
      SLURM_PROCID: '2',
      SLURM_NTASKS: '4',
      SLURM_LOCALID: '0',
      SLURM_STEP_NODELIST: list,
    }),
  ).toMatchObject({ rank: 2, worldSize: 4, masterAddr: master });
});

test.each([
  [{ RANK: 'two', WORLD_SIZE: '4' }, 'RANK=two'],
  [{ RANK: '4', WORLD_SIZE: '4' }, 'from 0 to 3'],
  [{ RANK: '0', WORLD_SIZE: '0' }, 'WORLD_SIZE=0'],
  [{ MASTER_PORT: '70000' }, 'MASTER_PORT=70000'],
])('a wrong variable is named: %j', (environment, message) => {
  expect(() => placementFromEnvironment(environment)).toThrow(message);
});
