import assert from 'node:assert/strict'
import { z } from 'zod'
import { LibraryId, PeerKey } from '../../../core/src/domain/index.ts'
import { MemberList } from '../../../core/src/network/membership/member-list.ts'
import { Statement } from '../../../core/src/network/membership/statement.ts'
import { textOf } from '../pieces.ts'
import type { FuzzTarget } from '../target.ts'

const library = LibraryId.parse('01900000-0000-7000-8000-000000000001')
const kinds = ['add', 'leave', 'remove'] as const
const MAX_STATEMENTS = 60

/** Short, so that a mutation changes who says what: keys, signatures and marks are numbers. */
const Short = z.array(
  z.tuple([
    z.int().min(0).max(2),
    z.int().min(0).max(9),
    z.int().min(0).max(9),
    z.int().min(1),
    z.array(z.int().min(0).max(99)),
  ]),
)

export const target: FuzzTarget = {
  reads: 'lists of the members of a library, in any order, with any author',
  guides: ['kept-statements', 'member-list', 'present-members', 'statement'].map(
    (name) => `core/src/network/membership/${name}.ts`,
  ),
  maxBytes: 700,
  tokens: ['[0,1,0,2,[]],', '[2,1,0,3,[]],', '[1,1,1,4,[]],', '10000001', '1099511627776'],
  seeds: () => [
    Buffer.from('[[0,0,0,1,[]],[0,1,0,2,[]],[0,2,1,3,[]],[2,1,0,4,[2]]]'),
    Buffer.from('[[0,0,0,1,[]],[0,1,0,2,[]],[1,1,1,3,[]],[0,1,0,4,[]]]'),
  ],
  run(bytes) {
    const statements = statementsOf(textOf(bytes))
    if (!statements) return 'no list'
    const root = keyOf(0)
    const list = new MemberList({ library, root, statements })
    const said = (of: MemberList) => ({ digest: of.digest, members: of.members.map(({ key }) => key).toSorted() })
    assert.deepEqual(
      said(new MemberList({ library, root, statements: statements.toReversed() })),
      said(list),
      'the order in which statements come changes the list',
    )
    assert.deepEqual(
      said(new MemberList({ library, root, statements: list.statements })),
      said(list),
      'a list without what does not count is another list',
    )
    // Every author was added before, and only the root began the list.
    const added = new Set<string>()
    for (const { by, key, kind } of list.statements) {
      assert.ok(
        added.has(by) || (by === root && key === root && kind === 'add'),
        'a statement is stored whose author was never added',
      )
      if (kind === 'add') added.add(key)
    }
    for (const { key } of list.members) {
      const last = list.statements.findLast((each) => each.key === key && each.kind !== 'leave')
      assert.equal(last?.kind, 'add', 'a device is a member that was removed and not added again')
    }
    return `${list.statements.length < statements.length} ${list.statements.map(({ kind }) => kind[0]).join('')}`.slice(
      0,
      24,
    )
  },
}

function statementsOf(text: string): Statement[] | null {
  const parsed = Short.safeParse(jsonOf(text))
  if (!parsed.success || parsed.data.length > MAX_STATEMENTS) return null
  const statements = parsed.data.map(([kind, key, by, counter, kept], index) => ({
    kind: kinds[kind]!,
    library,
    device: library,
    key: keyOf(key),
    name: 'x',
    by: keyOf(by),
    counter,
    at: 0,
    kept: kept.map((of) => signatureOf(of).slice(0, 16)),
    signature: signatureOf(index),
  }))
  const whole = z.array(Statement).safeParse(statements)
  return whole.success ? whole.data : null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function keyOf(number: number): PeerKey {
  return PeerKey.parse(number.toString(16).padStart(64, '0'))
}

function signatureOf(number: number): string {
  return number.toString(16).padStart(16, '0').padEnd(128, 'f')
}
