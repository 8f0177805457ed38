import { describe, expect, it } from 'vitest';
import { TenantShares } from './tenant-shares.js';
import { type Waiting, WaitingList } from './waiting-list.js';

interface Named extends Waiting {
  readonly name: string;
}

function setUp() {
  const shares = new TenantShares();
  const list = new WaitingList<Named>(shares);
  const add = (name: string, more: Partial<Waiting> = {}) => {
    const request: Named = {
      name,
      lane: 'a',
      level: 1,
      tenant: '',
      images: 1,
      bytes: 10,
      expectedMs: 5,
      submittedAt: 0,
      alone: false,
      ...more,
    };
    shares.enter(request.tenant);
    list.add(request);
    return request;
  };
  const take = (images = 1, now = 0) => {
    const first = list.first(now);
    return first ? list.take(first, images, now).map(({ name }) => name) : [];
  };
  return { shares, list, add, take };
}

describe('who is next', () => {
  it('takes the highest priority, and those of one in the order in which they came', () => {
    const { add, take } = setUp();
    add('background', { level: 2 });
    add('first');
    add('second');
    add('interactive', { level: 0 });
    expect(Array.from({ length: 4 }, () => take()[0])).toEqual([
      'interactive',
      'first',
      'second',
      'background',
    ]);
  });

  it('gives an old request of low priority one turn in four, however many of a higher one come', () => {
    const { add, take } = setUp();
    for (let index = 0; index < 3; index++) add('old', { level: 2 });
    for (let index = 0; index < 12; index++) add('new', { level: 0, submittedAt: 2000 });
    const order = Array.from({ length: 12 }, () => take(1, 2000)[0]);
    expect(order.filter(name => name === 'old')).toHaveLength(3);
    expect(order.indexOf('old')).toBe(0);
    expect(order.slice(1, 4)).toEqual(['new', 'new', 'new']);
  });

  it('serves tenants by the time they had, not by the number of requests they sent', () => {
    const { add, take } = setUp();
    for (let index = 0; index < 30; index++) add('flood', { tenant: 'flood', expectedMs: 10 });
    for (let index = 0; index < 4; index++) add('small', { tenant: 'small', expectedMs: 10 });
    expect(take(8).filter(name => name === 'small')).toHaveLength(4);
  });

  it('charges what a request really took', () => {
    const { shares, add, take } = setUp();
    for (let index = 0; index < 8; index++) {
      add('heavy', { tenant: 'heavy' });
      add('light', { tenant: 'light' });
    }
    const taken: string[] = [];
    for (let index = 0; index < 8; index++) {
      const [name = ''] = take();
      taken.push(name);
      // Expected were 5 ms for each.
      if (name === 'heavy') shares.charge('heavy', 30);
    }
    expect(taken.filter(name => name === 'heavy').length).toBe(1);
  });

  it('lets nobody save up time by staying away', () => {
    const { shares, add, take } = setUp();
    for (let index = 0; index < 10; index++) add('busy', { tenant: 'busy' });
    shares.charge('busy', 10_000);
    for (let index = 0; index < 10; index++) add('late', { tenant: 'late' });
    expect(take(10).filter(name => name === 'late')).toHaveLength(5);
  });
});

describe('a batch', () => {
  it('holds requests of one lane only', () => {
    const { add, take } = setUp();
    add('a1');
    add('b1', { lane: 'b' });
    add('a2');
    expect(take(4)).toEqual(['a1', 'a2']);
    expect(take(4)).toEqual(['b1']);
  });

  it('counts images, and takes the first request whatever its size', () => {
    const { list, add, take } = setUp();
    add('album', { images: 9 });
    add('pair', { images: 2 });
    add('one');
    expect(list.images).toBe(12);
    expect(list.bytes).toBe(30);
    expect(take(4)).toEqual(['album']);
    expect(take(2)).toEqual(['pair']);
    expect(take(2)).toEqual(['one']);
    expect([list.images, list.bytes]).toEqual([0, 0]);
  });

  it('leaves a request alone over which a worker died', () => {
    const { add, take } = setUp();
    add('poison', { alone: true });
    add('innocent');
    expect(take(4)).toEqual(['poison']);
    add('poison', { alone: true });
    expect(take(4)).toEqual(['innocent']);
  });
});
