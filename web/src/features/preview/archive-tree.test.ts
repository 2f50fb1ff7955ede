import { expect, test } from 'vitest'
import { afterTreeKey, archiveTree, firstExpanded, type Member, type TreeNode, visibleRows } from './archive-tree.ts'

const member = (path: string, size: number | null = 1, other: Partial<Member> = {}): Member => ({
  path,
  kind: 'file',
  size,
  compressedSize: null,
  modifiedAt: null,
  encrypted: false,
  ...other,
})

const roots = archiveTree([
  member('a/b/one.txt', 10),
  member('a/two.txt', 5),
  member('a/b/', null, { kind: 'directory', modifiedAt: '2026-01-01T00:00:00.000Z' }),
  member('top.txt', null),
])
const open = firstExpanded(roots, 4)
const outline = (nodes: readonly TreeNode[]): unknown[] =>
  nodes.map(({ children, name, size }) => (children.length > 0 ? [name, size, outline(children)] : [name, size]))

test('members are a tree in their order, with the folders that they only imply and the sums of sizes', () => {
  expect(outline(roots)).toEqual([
    [
      'a',
      15,
      [
        ['b', 10, [['one.txt', 10]]],
        ['two.txt', 5],
      ],
    ],
    ['top.txt', null],
  ])
  expect(roots[0]?.children[0]?.modifiedAt).toBe('2026-01-01T00:00:00.000Z')
})

test('odd names make no odd trees', () => {
  expect(outline(archiveTree([member('/x//./y.txt'), member(''), member('./')]))).toEqual([['x', 1, [['y.txt', 1]]]])
  const deep = archiveTree([member(`${'d/'.repeat(5_000)}x`)])
  let depth = 0
  for (let node: TreeNode | undefined = deep[0]; node; node = node.children[0]) depth++
  expect(depth).toBe(64)
})

test('a small archive is open, and of a large one the only folder at the top', () => {
  expect([...open]).toEqual(['a', 'a/b'])
  expect([...firstExpanded(roots, 1_000)]).toEqual([])
  expect([...firstExpanded(roots.slice(0, 1), 1_000)]).toEqual(['a'])
})

test('only what is in open folders is seen, with its place among its siblings', () => {
  const shown = (expanded: ReadonlySet<string>) =>
    visibleRows(roots, expanded).map(({ node, position, siblings }) => `${node.name} ${position}/${siblings}`)
  expect(shown(open)).toEqual(['a 1/2', 'b 1/2', 'one.txt 1/1', 'two.txt 2/2', 'top.txt 2/2'])
  expect(shown(new Set(['a']))).toEqual(['a 1/2', 'b 1/2', 'two.txt 2/2', 'top.txt 2/2'])
  expect(shown(new Set(['a/b']))).toEqual(['a 1/2', 'top.txt 2/2'])
})

test.each([
  [0, 'ArrowDown', { go: 1 }],
  [4, 'ArrowDown', { go: 4 }],
  [0, 'ArrowUp', { go: 0 }],
  [0, 'End', { go: 4 }],
  [4, 'Home', { go: 0 }],
  [0, 'ArrowRight', { go: 1 }],
  [2, 'ArrowRight', null],
  [1, 'ArrowLeft', { toggle: 'a/b' }],
  [2, 'ArrowLeft', { go: 1 }],
  [3, 'ArrowLeft', { go: 0 }],
  [4, 'ArrowLeft', null],
  [1, 'Enter', { toggle: 'a/b' }],
  [4, 'Enter', null],
  [0, 'x', null],
  [9, 'ArrowDown', null],
])('in row %i, %s does %j', (row, key, expected) => {
  expect(afterTreeKey(visibleRows(roots, open), row, key)).toEqual(expected)
})

test('a closed folder is opened by the arrow to the right', () => {
  expect(afterTreeKey(visibleRows(roots, new Set()), 0, 'ArrowRight')).toEqual({ toggle: 'a' })
})
