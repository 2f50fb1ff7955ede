import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { hexToUuid } from '../../util/uuid.ts'
import { peerKeyOf, signWith } from '../identity/ed25519.ts'
import { MemberList } from './member-list.ts'
import { inOrder, signedBytes, type Statement, type Unsigned } from './statement.ts'

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
  const said = { kind, device, key, name, by: by.key, at: 0 }
  // A hostile device also makes statements that our program never makes.
  const next = list.next(said) ?? { ...said, library, kept: [], counter: list.statements.at(-1)!.counter + 1 }
  return signed({ ...next, ...over }, by)
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
  expect(names(after(two, alice, 'add', bob))).toEqual(['alice', 'carol', 'bob'])
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
  expect(names(list.with(flood.slice(0, 100)))).toHaveLength(102)
  expect([flooded.statements.length, names(flooded)]).toEqual([103, ['alice']])
  const added = after(flooded, alice, 'add', carol)
  expect(names(added)).toEqual(['alice', 'carol'])
  expect(names(after(added, alice, 'add', bob))).toEqual(['alice', 'bob', 'carol'])
  const full = after(list.with(flood.slice(0, 100)), alice, 'add', carol)
  const removed = after(full, carol, 'remove', bob)
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
  expect(list.statements.length).toBe(103)
  expect(names(after(list, alice, 'add', carol))).toEqual(['alice', 'carol'])
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
  const [first, second, ...others] = invented(34) as [Person, Person, ...Person[]]
  for (const own of [first, second]) list = after(list, bob, 'add', own)
  for (const one of others) {
    const counter = list.statements.at(-1)!.counter + jump
    list = list.with([says(list, first, 'add', one, { counter })])
    for (const own of [first, second])
      list = list.with([says(list, own, 'add', bob, { counter: counter + (own === first ? 1 : jump) })])
  }
  expect(list.statements.length).toBe(100)
  const removed = after(after(list, alice, 'remove', bob), alice, 'add', carol)
  expect([removed.has(bob.key), removed.has(carol.key)]).toEqual([false, true])
  // Bob's devices backdate a `leave` to before their other statements.
  for (const own of [[first], [second], [first, second]]) {
    const left = removed.with(own.map((each) => says(removed, each, 'leave', each, { counter: 5 })))
    expect([left.has(bob.key), left.has(carol.key)]).toEqual([false, true])
  }
})

/** Alice's library. Alice added Xavier and Zoe. Zoe added Yuri and may have invented him. */
const [xavier, yuri, zoe] = ['xavier', 'yuri', 'zoe'].map(person) as [Person, Person, Person]
function ofFour(): MemberList {
  const empty = new MemberList({ library, root: alice.key, statements: [] })
  const three = [alice, xavier, zoe].reduce((list, each) => after(list, alice, 'add', each), empty)
  return after(three, zoe, 'add', yuri)
}

test('a removed member is let in again by no device that came through it', () => {
  const list = after(ofFour(), alice, 'remove', zoe)
  const more = after(list, yuri, 'add', carol)
  for (const each of [yuri, carol])
    for (const counter of [5, 6, 7, 100]) {
      const said = more.with([says(more, each, 'add', zoe, { counter })])
      expect(names(said), `${each.name} at ${counter}`).toEqual(['alice', 'xavier', 'yuri', 'carol'])
    }
  expect([alice, xavier, yuri].map(({ key }) => more.mayAdd(key, zoe.key))).toEqual([true, true, false])
  expect(names(after(more, xavier, 'add', zoe))).toContain('zoe')
})

test('whoever alone removed a member may let it in again, although it came through that member', () => {
  const removed = after(ofFour(), yuri, 'remove', zoe)
  expect(names(after(removed, yuri, 'add', zoe))).toContain('zoe')
  const twice = removed.with([says(removed, alice, 'remove', zoe, { counter: 6 })])
  expect(names(after(twice, yuri, 'add', zoe))).toEqual(['alice', 'xavier', 'yuri'])
})

test('a device that two members let in came through neither of them alone', () => {
  const list = ofFour()
  const twice = list.with([says(list, xavier, 'add', yuri)])
  expect(names(after(after(twice, alice, 'remove', zoe), yuri, 'add', zoe))).toContain('zoe')
})

test('a removal holds when the member that made it is removed, whatever that removal knows and how it is dated', () => {
  const before = ofFour()
  const removal = says(before, xavier, 'remove', zoe)
  const list = before.with([removal])
  expect(names(list)).toEqual(['alice', 'xavier', 'yuri'])
  for (const by of [yuri, zoe, alice])
    for (const counter of [4, 5, 6, 7]) {
      const other = says(before, by, 'remove', xavier, { counter, kept: [] })
      // Zoe's device was added with 3, Yuri's with 4.
      const isHeard = counter > 4 || by !== yuri || inOrder(other, before.statements.at(-1)!) > 0
      expect(list.with([other]).has(zoe.key), `${by.name} at ${counter}`).toBe(false)
      expect(before.with([other]).with([removal]).has(zoe.key)).toBe(false)
      expect(list.with([other]).has(xavier.key)).toBe(!isHeard)
    }
})

test('members that remove each other are both out, in either order, until somebody else lets one in', () => {
  const list = ofFour()
  const statements = [says(list, xavier, 'remove', zoe), says(list, zoe, 'remove', xavier)]
  for (const each of [statements, statements.toReversed()])
    expect(names(each.reduce((known, statement) => known.with([statement]), list))).toEqual(['alice', 'yuri'])
  expect(names(after(list.with(statements), alice, 'add', xavier))).toEqual(['alice', 'yuri', 'xavier'])
})

test('a removal holds if the one who let its author in is removed by a member that does not know it', () => {
  const before = after(ofFour(), xavier, 'add', carol)
  const list = after(before, carol, 'remove', zoe)
  const voiding = says(list, yuri, 'remove', xavier, { kept: [] })
  expect(names(list.with([voiding]))).toEqual(['alice', 'yuri'])
})

test('a removed member comes back by no flood of statements that displaces the device which removed it', () => {
  const before = after(ofFour(), zoe, 'add', carol)
  const list = after(before, carol, 'remove', zoe)
  const flood = invented(100).map((each) => says(list, zoe, 'add', each, { counter: 5 }))
  for (const count of [99, 100]) expect(list.with(flood.slice(0, count)).has(zoe.key)).toBe(false)
  const overdrawn = list.with(flood)
  // The first device lets in again whom it knows, with a quota of their own.
  expect(names(overdrawn)).toEqual(['alice', 'xavier'])
  expect(names(after(overdrawn, alice, 'add', carol))).toEqual(['alice', 'xavier', 'carol'])
})

test('a list that an older version has stored has the same statements and members', () => {
  const said = [
    ['add', alice, bob],
    ['add', bob, carol],
    ['remove', alice, bob],
    ['add', alice, bob],
    ['leave', carol, carol],
    ['add', bob, mallory],
    ['remove', mallory, carol],
    ['add', bob, carol],
    ['remove', bob, mallory],
  ] as const
  let list = shared()
  for (const [kind, by, about] of said) list = list.with([says(list, by, kind, about)])
  const read = new MemberList({ library, root: alice.key, statements: list.statements })
  expect([read.statements.length, names(read)]).toEqual([2 + said.length, ['alice', 'bob', 'carol']])
})

test('a device of our program signs nothing beyond its quota', () => {
  const eighty = invented(80).reduce((list, each) => after(list, bob, 'add', each), shared())
  const { device, key, name } = carol
  const next = { kind: 'add', device, key, name, by: bob.key, at: 0 } as const
  expect(names(eighty)).toHaveLength(82)
  expect(eighty.next(next)).toBeNull()
  expect(eighty.next({ ...next, by: alice.key })).not.toBeNull()
  // Twenty devices that add at the same time are within the quota.
  const others = invented(100).slice(80)
  const before = invented(79).reduce((list, each) => after(list, bob, 'add', each), shared())
  const atOnce = others.map((each, n) => says(before, invented(20)[n]!, 'add', each))
  expect(names(before.with(atOnce))).toHaveLength(101)
  // There is room to leave and for removals.
  expect(eighty.next({ ...next, kind: 'leave', device: bob.device, key: bob.key, name: 'bob' })).not.toBeNull()
  expect(after(eighty, bob, 'remove', alice).has(alice.key)).toBe(true)
  expect(names(after(eighty, bob, 'remove', invented(1)[0]!))).toHaveLength(81)
})

test('leaves that are dated back expel nobody who has removed their authors', () => {
  const all = invented(130)
  const clones = all.slice(0, 60)
  let list = clones.reduce((each, one) => after(each, bob, 'add', one), after(shared(), alice, 'add', carol))
  const { counter } = list.statements.at(-1)!
  list = all.slice(60, 90).reduce((each, one) => after(each, carol, 'add', one), list)
  list = all.slice(90).reduce((each, one) => after(each, all[60]!, 'add', one), list)
  const removed = clones.reduce((each, one) => after(each, carol, 'remove', one), list)
  const left = removed.with(clones.slice(0, 40).map((each) => says(removed, each, 'leave', each, { counter })))
  expect(left.statements.length).toBeGreaterThan(removed.statements.length)
  expect([left.has(carol.key), ...clones.map(({ key }) => left.has(key))]).toEqual([true, ...clones.map(() => false)])
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
