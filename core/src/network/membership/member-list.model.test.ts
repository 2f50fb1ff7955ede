import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { DeviceId, LibraryId, type PeerKey } from '../../domain/index.ts'
import { hexToUuid } from '../../util/uuid.ts'
import { peerKeyOf, signWith } from '../identity/ed25519.ts'
import { MemberList } from './member-list.ts'
import { signedBytes, type Statement, type Unsigned } from './statement.ts'

/** How many histories are tried; `MEMBER_HISTORIES=10000` for more. */
const HISTORIES = Number(process.env['MEMBER_HISTORIES'] ?? 300)
/** Set it to the seed that a failure has printed. */
const SEED = Number(process.env['MEMBER_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))

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

const honest = ['alice', 'bob', 'carol', 'dave'].map(person)
const root = honest[0]!
/** They sign anything. The last three exist only in their statements. */
const hostile = ['mallory', 'zoe', 'invented 1', 'invented 2', 'invented 3'].map(person)
const everyone = [...honest, ...hostile]
/** The devices that an honest device may add. */
const real = everyone.slice(0, 6)

function sign(unsigned: Unsigned, { seed }: Person): Statement {
  return { ...unsigned, signature: Buffer.from(signWith(seed, signedBytes(unsigned))).toString('hex') }
}

const step = fc.record({
  actor: fc.nat(),
  kind: fc.constantFrom('add', 'add', 'remove', 'remove', 'leave'),
  about: fc.nat(),
  counter: fc.integer({ min: 1, max: 14 }),
  kept: fc.nat(),
  /** Which statements of all reach a device after this step, as bits. */
  heard: fc.nat(),
  listener: fc.nat(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The statements that each honest device knows, and all statements ever made. */
class History {
  readonly said: Statement[] = []
  readonly lists = honest.map(() => new MemberList({ library, root: root.key, statements: [] }))
  /** All statements that reached each honest device. */
  readonly heard = honest.map(() => new Set<Statement>())

  take({ about, actor, counter, heard, kept, kind, listener }: Step): void {
    const by = everyone[actor % everyone.length]!
    const at = honest.indexOf(by)
    if (at >= 0) this.#actHonestly(at, kind, real[about % real.length]!)
    else {
      const subject = kind === 'leave' ? by : everyone[about % everyone.length]!
      const { device, key, name } = subject
      const marks = this.said.filter((each) => each.by === key).map(({ signature }) => signature.slice(0, 16))
      this.said.push(
        sign(
          {
            library,
            kind,
            device,
            key,
            name,
            counter,
            by: by.key,
            at: this.said.length,
            kept: kind === 'remove' ? marks.filter((_, n) => kept & (1 << (n % 30))) : [],
          },
          by,
        ),
      )
    }
    this.tell(
      listener % honest.length,
      this.said.filter((_, n) => heard & (1 << (n % 30))),
    )
  }

  /** A device takes an action that its program allows, based on the statements that it knows. */
  #actHonestly(at: number, kind: Step['kind'], about: Person): void {
    const by = honest[at]!
    const subject = kind === 'leave' ? by : about
    let list = this.lists[at]!
    const isFounding = kind === 'add' && subject === root && by === root
    if (!isFounding && (!list.has(by.key) || (kind === 'add' && !list.mayAdd(by.key, subject.key)))) return
    if (list.has(subject.key) === (kind === 'add')) return
    const { device, key, name } = subject
    const said = { kind, by: by.key, at: this.said.length, device, key, name }
    for (let next = list.next(said); next; next = list.next(said, next)) {
      const statement = sign(next, by)
      this.said.push(statement)
      this.heard[at]!.add(statement)
      list = list.with([statement])
      if (list.has(subject.key) === (kind === 'add')) break
    }
    this.lists[at] = list
  }

  /** Some statements reach a device, as in an exchange with another one. */
  tell(at: number, statements: readonly Statement[]): void {
    const heard = this.heard[at]!
    for (const each of statements) heard.add(each)
    this.lists[at] = this.lists[at]!.with([...heard])
    const wrong = comeBack(new Set(this.lists[at].members.map(({ key }) => key)), [...heard])
    assert.deepEqual(wrong, [], `${honest[at]!.name} has members that were removed`)
  }
}

/** Statements in the order in which they count. */
function sorted(statements: readonly Statement[]): Statement[] {
  return statements.toSorted((a, b) => a.counter - b.counter || (a.signature < b.signature ? -1 : 1))
}

/**
 * The promise, word for word: a removed member becomes a member again only if it is added afterwards by its remover, or
 * by a device that could have been a member without it.
 */
function comeBack(members: ReadonlySet<PeerKey>, statements: readonly Statement[]): string[] {
  const inOrder = sorted(statements)
  const invited = (without: PeerKey | null) => {
    const reached = new Set<PeerKey>([root.key].filter((key) => key !== without))
    let size = -1
    while (size !== reached.size) {
      size = reached.size
      for (const { by, key, kind } of inOrder)
        if (kind === 'add' && reached.has(by) && key !== without) reached.add(key)
    }
    return reached
  }
  return inOrder.flatMap((removal, at) => {
    const { by: remover, key, kind } = removal
    const wasInvited =
      remover === root.key ||
      inOrder.slice(0, at).some((each) => each.kind === 'add' && each.key === remover && isAuthorised(inOrder, each))
    if (kind !== 'remove' || key === root.key || !members.has(key) || !wasInvited) return []
    const independent = invited(key)
    const isAddedAgain = inOrder
      .slice(at + 1)
      .some((each) => each.kind === 'add' && each.key === key && (independent.has(each.by) || each.by === remover))
    return isAddedAgain ? [] : [everyone.find((each) => each.key === key)!.name]
  })
}

/** Whether a chain of earlier `add`s leads from the root to a statement's author. */
function isAuthorised(inOrder: readonly Statement[], { by, ...statement }: Statement): boolean {
  const before = inOrder.slice(
    0,
    inOrder.findIndex(({ signature }) => signature === statement.signature),
  )
  const founded = before.some((each) => each.kind === 'add' && each.by === root.key && each.key === root.key)
  if (by === root.key) return founded || (statement.kind === 'add' && statement.key === root.key)
  return before.some((each) => each.kind === 'add' && each.key === by && isAuthorised(before, each))
}

/** Computes the members by the rules of `docs/protocols/membership.md`, searching the history for each question. */
class Oracle {
  readonly #all: readonly Statement[]

  constructor(statements: readonly Statement[]) {
    const inOrder = sorted(statements)
    this.#all = inOrder.filter(
      (each) =>
        isAuthorised(inOrder, each) &&
        (each.kind !== 'leave' || each.by === each.key) &&
        (each.kind !== 'remove' || each.key !== root.key),
    )
  }

  members(): string[] {
    const end = this.#all.length
    return everyone.filter(({ key }) => this.#isMember(key, end)).map(({ name }) => name)
  }

  #isMember(key: PeerKey, end: number): boolean {
    return this.#joined(key, end).length > 0
  }

  /** The places of the `add`s since which a key is a member without a break. */
  #joined(key: PeerKey, end: number): number[] {
    const places: number[] = []
    for (let at = end - 1; at >= 0; at--) {
      const each = this.#all[at]!
      if (each.key !== key) continue
      if (each.kind === 'remove' || (each.kind === 'leave' && !this.#isVoid(each))) break
      if (each.kind === 'add' && this.#counts(at)) places.push(at)
    }
    return places
  }

  #counts(at: number): boolean {
    const { by, key } = this.#all[at]!
    if (by === root.key && key === root.key) return true
    if (this.#isVoid(this.#all[at]!) || !this.#isMember(by, at)) return false
    const removers = new Set<PeerKey>()
    for (let before = at - 1; before >= 0; before--) {
      const each = this.#all[before]!
      if (each.key !== key) continue
      if (each.kind === 'remove') removers.add(each.by)
      if (each.kind === 'add' && this.#counts(before)) break
    }
    if (removers.size === 0 || this.#couldDoWithout(key, by, at)) return true
    return removers.size === 1 && removers.has(by)
  }

  /** Whether a member could have become one without the holder of a key. */
  #couldDoWithout(key: PeerKey, member: PeerKey, end: number): boolean {
    if (member === root.key) return true
    return this.#joined(member, end).some((at) => {
      const { by } = this.#all[at]!
      return by !== key && this.#couldDoWithout(key, by, at)
    })
  }

  #isVoid(statement: Statement): boolean {
    return this.#all.some(
      (each) =>
        each.kind === 'remove' &&
        each.key === statement.by &&
        each.counter >= statement.counter &&
        !each.kept.some((mark) => statement.signature.startsWith(mark)),
    )
  }
}

/** Delivers statements one by one in a random order, as often as something changes. */
function delivered(statements: readonly Statement[], random: () => number): MemberList {
  let list = new MemberList({ library, root: root.key, statements: [] })
  for (;;) {
    const before = list
    const shuffled = statements.map((each) => ({ each, at: random() })).toSorted((a, b) => a.at - b.at)
    for (const { each } of shuffled) list = list.with([each])
    if (list === before) return list
  }
}

function namesIn(list: MemberList): string[] {
  return everyone.filter(({ key }) => list.has(key)).map(({ name }) => name)
}

test('whatever hostile members sign, and in whatever order it arrives, the members are those of the rules, and nobody comes back from a removal', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 6, maxLength: 24, size: 'max' }), fc.nat(), (steps, shuffle) => {
      const history = new History()
      // Alice adds herself, and one after another the others hear of it.
      for (const about of [0, 1, 2, 4, 5]) {
        const nobody = { counter: 1, kept: 0, heard: 0, listener: 0 }
        history.take({ ...nobody, actor: 0, kind: 'add', about })
      }
      for (const at of honest.keys()) history.tell(at, history.said)
      for (const each of steps) history.take(each)
      const expected = new Oracle(history.said).members()
      const random = seededRandom(shuffle)
      const first = delivered(history.said, random)
      expect(namesIn(first)).toEqual(expected)
      expect(comeBack(new Set(first.members.map(({ key }) => key)), history.said)).toEqual([])
      expect(delivered(history.said, random).digest).toBe(first.digest)
      for (const list of history.lists) expect(list.with(history.said).digest).toBe(first.digest)
    }),
    { seed: SEED, numRuns: HISTORIES },
  )
})
