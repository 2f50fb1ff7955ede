import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { hexToUuid } from '../../util/uuid.ts'
import { peerKeyOf, signWith } from '../identity/ed25519.ts'
import { MemberList } from './member-list.ts'
import { signedBytes, type Statement, type Unsigned } from './statement.ts'

const library = LibraryId.parse('0198c0de-0000-7000-8000-000000000001')

interface Person {
  readonly name: string
  readonly device: DeviceId
  readonly key: PeerKey
  readonly seed: Uint8Array
}

function person(name: string): Person {
  const seed = createHash('sha256').update(name).digest()
  const hex = seed.subarray(0, 16).toString('hex')
  const device = DeviceId.parse(hexToUuid(`${hex.slice(0, 12)}7${hex.slice(13, 16)}8${hex.slice(17)}`))
  return { name, seed, device, key: peerKeyOf(seed) }
}

const [alice, bob, carol, mallory] = ['alice', 'bob', 'carol', 'mallory'].map(person) as [
  Person,
  Person,
  Person,
  Person,
]

function signed(unsigned: Unsigned, by: Person): Statement {
  return { ...unsigned, signature: Buffer.from(signWith(by.seed, signedBytes(unsigned))).toString('hex') }
}

function says(
  list: MemberList,
  by: Person,
  kind: Statement['kind'],
  about: Person,
  over: Partial<Unsigned> = {},
): Statement {
  const { device, key, name } = about
  return signed({ ...list.next({ kind, device, key, name, by: by.key, at: 0 })!, ...over }, by)
}

/** Says it until it holds, as a device does. */
function after(list: MemberList, by: Person, kind: Statement['kind'], about: Person): MemberList {
  const { device, key, name } = about
  const said = { kind, device, key, name, by: by.key, at: 0 }
  let now = list
  for (let next = list.next(said); next; next = now.next(said, next)) {
    now = now.with([signed(next, by)])
    if (now.has(key) === (kind === 'add')) break
  }
  return now
}

function names({ members }: MemberList): string[] {
  return members.map(({ name }) => name)
}

/** Alice's library with Bob in it. */
function shared(): MemberList {
  const empty = new MemberList({ library, root: alice.key, statements: [] })
  return after(after(empty, alice, 'add', alice), alice, 'add', bob)
}

test('members add members, leave and are removed', () => {
  const three = after(shared(), bob, 'add', carol)
  expect(names(three)).toEqual(['alice', 'bob', 'carol'])
  expect(names(after(three, carol, 'leave', carol))).toEqual(['alice', 'bob'])
  const two = after(three, alice, 'remove', bob)
  expect(names(two)).toEqual(['alice', 'carol'])
  expect(names(after(two, carol, 'add', bob))).toEqual(['alice', 'carol', 'bob'])
})

test('what strangers say, and what is said of the first by others, counts for nothing', () => {
  const list = shared()
  expect(names(after(list, mallory, 'add', mallory))).toEqual(['alice', 'bob'])
  expect(names(after(list, bob, 'remove', alice))).toEqual(['alice', 'bob'])
  expect(names(after(list, bob, 'leave', alice))).toEqual(['alice', 'bob'])
})

test('what is not genuine, or of another library, is not taken', () => {
  const list = shared()
  const statement = says(list, bob, 'add', mallory)
  expect(() => list.with([{ ...statement, name: 'carol' }])).toThrow('not genuine')
  expect(() => list.with([{ ...statement, by: alice.key }])).toThrow('not genuine')
  const other = LibraryId.parse('0198c0de-0000-7000-8000-000000000002')
  expect(() => list.with([says(list, bob, 'add', mallory, { library: other })])).toThrow('not genuine')
})

test('who is removed adds nobody by saying that it was before', () => {
  const list = after(after(shared(), bob, 'add', carol), alice, 'remove', bob)
  expect(names(list)).toEqual(['alice', 'carol'])
  const before = says(list, bob, 'add', mallory, { counter: 3 })
  expect(names(list.with([before]))).toEqual(['alice', 'carol'])
})

test('in whatever order statements come, they say the same', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed)
    const people = [alice, bob, carol, mallory]
    const one = () => people[Math.floor(random() * people.length)]!
    // Each list has some of the statements of the others.
    const lists = people.map(() => shared())
    for (let step = 0; step < 20; step++) {
      const at = Math.floor(random() * people.length)
      const kind = (['add', 'leave', 'remove'] as const)[Math.floor(random() * 3)]!
      const about = kind === 'leave' ? people[at]! : one()
      lists[at] = after(lists[at]!, people[at]!, kind, about)
      if (random() < 0.3) lists[at] = lists[at].with(lists[Math.floor(random() * people.length)]!.statements)
    }
    const all = lists.flatMap(({ statements }) => statements)
    const [first, ...others] = people.map(() => shared().with(all.toSorted(() => random() - 0.5)))
    for (const other of others) {
      expect(other.digest, `seed ${seed}`).toBe(first!.digest)
      expect(names(other), `seed ${seed}`).toEqual(names(first!))
    }
  }
})

test('who was a member sees what was said until it was none', () => {
  const list = after(after(shared(), alice, 'remove', bob), alice, 'add', carol)
  expect(list.visibleTo(bob.key)).toHaveLength(3)
  expect(list.visibleTo(carol.key)).toHaveLength(4)
  expect(list.visibleTo(mallory.key)).toEqual([])
})

/** Devices that exist only in the statements of a hostile member. */
function invented(count: number): Person[] {
  return Array.from({ length: count }, (_, n) => person(`invented ${n}`))
}

test('a member who makes 998 statements keeps nobody from adding, and none from removing', () => {
  const list = shared()
  const flood = invented(998).map((each, n) => says(list, bob, 'add', each, { counter: 3 + n }))
  const flooded = list.with(flood)
  expect(flooded.members.length).toBeLessThanOrEqual(102)
  const added = after(flooded, alice, 'add', carol)
  expect(added.has(carol.key)).toBe(true)
  const removed = after(added, carol, 'remove', bob)
  expect(removed.has(bob.key)).toBe(false)
  // The members that Bob invented can be removed too, one by one.
  const emptied = removed.members.reduce(
    (left, { key, device, name }) =>
      [alice.key, carol.key].includes(key)
        ? left
        : left.with([signed(left.next({ kind: 'remove', device, key, name, by: alice.key, at: 0 })!, alice)]),
    removed,
  )
  expect(names(emptied)).toEqual(['alice', 'carol'])
})

test('members that a member has added have no quotas of their own', () => {
  const invitees = invented(30)
  let list = invitees.reduce((each, one) => after(each, bob, 'add', one), shared())
  for (const [n, one] of invitees.entries()) {
    const more = invented(60 + n).slice(30)
    list = list.with(more.map((other, at) => says(list, one, 'add', other, { counter: 100 + at })))
  }
  expect(list.statements.length).toBeLessThanOrEqual(102)
  expect(after(list, alice, 'add', carol).has(carol.key)).toBe(true)
})

test('a counter of 2^40 is not taken, and what follows is signed with a small one', () => {
  const list = shared()
  const jumped = list.with([says(list, bob, 'add', mallory, { counter: 2 ** 40 })])
  expect(jumped).toBe(list)
  // If an older version stored such a statement, reading the list drops it.
  const read = new MemberList({
    library,
    root: alice.key,
    statements: [...list.statements, says(list, bob, 'remove', mallory, { counter: 2 ** 40 })],
  })
  const removal = says(read, alice, 'remove', bob)
  expect(removal.counter).toBe(3)
  expect(names(read.with([removal]))).toEqual(['alice'])
})

test('what is dated to the moment of the removal counts as little as what is dated before it', () => {
  const list = shared()
  for (let n = 0; n < 20; n++) {
    const removed = after(list, alice, 'remove', bob)
    const same = says(list, bob, 'add', mallory, { at: n })
    expect(names(removed.with([same]))).toEqual(['alice'])
  }
})

test.each([3_000, 9_000_000])('no statement that comes later, dated back, undoes a removal: jumps of %i', (jump) => {
  // Bob adds devices of his own. They claim far higher counters, and that Bob is a member; then Alice removes Bob.
  let list = shared()
  const [first, second, ...others] = invented(40) as [Person, Person, ...Person[]]
  for (const own of [first, second]) list = after(list, bob, 'add', own)
  for (const one of others) {
    const counter = list.statements.at(-1)!.counter + jump
    list = list.with([says(list, first, 'add', one, { counter })])
    for (const own of [first, second])
      list = list.with([says(list, own, 'add', bob, { counter: counter + (own === first ? 1 : jump) })])
  }
  expect(list.statements.length).toBe(102)
  const removed = after(after(list, alice, 'remove', bob), alice, 'add', carol)
  expect([removed.has(bob.key), removed.has(carol.key)]).toEqual([false, true])
  // Those devices say that they left before they said any of that.
  for (const own of [[first], [second], [first, second]]) {
    const left = removed.with(own.map((each) => says(removed, each, 'leave', each, { counter: 5 })))
    expect([left.has(bob.key), left.has(carol.key)]).toEqual([false, true])
  }
})

test('forged statements are refused at the first one, and cost no more than a few passes over the list', () => {
  const list = shared()
  // As if Alice added devices and removed them again, without having received their statements.
  const about = Array.from({ length: 990 }, (_, n) => PeerKey.parse(n.toString(16).padStart(64, '0')))
  const { device } = mallory
  const said = { library, device, name: '', at: 0, kept: [] }
  const forged = about.flatMap((key, n): Statement[] =>
    [
      { ...said, kind: 'add' as const, by: alice.key, key, counter: 3 },
      { ...said, kind: 'add' as const, by: key, key: carol.key, counter: 4 },
      { ...said, kind: 'remove' as const, by: alice.key, key, counter: 5 },
    ].map((each, at) => ({ ...each, signature: (3 * n + at).toString(16).padStart(128, '0') })),
  )
  let reads = 0
  const counted = forged.map((each) =>
    Object.defineProperty({ ...each }, 'by', { enumerable: true, get: () => (reads++, each.by) }),
  )
  expect(() => list.with(counted)).toThrow('not genuine')
  expect(reads).toBeLessThan(5 * forged.length)
})
