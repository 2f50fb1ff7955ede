import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { removeTree } from './remove-tree.ts'

test.runIf(process.platform === 'linux')(
  'a tree is removed whatever its depth, names and permissions, and what its links lead to stays',
  async () => {
    using temp = createTempDir('remove-tree')
    const [tree, kept] = [join(temp.path, 'tree'), join(temp.path, 'kept')]
    for (const folder of [tree, kept]) mkdirSync(folder)
    writeFileSync(join(kept, 'file'), '')
    symlinkSync(kept, join(tree, 'link'))
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0xfe])]), '')
    mkdirSync(join(tree, 'closed', 'inner'), { recursive: true })
    chmodSync(join(tree, 'closed'), 0)
    // Deeper than a path may be long.
    const name = 'x'.repeat(250)
    execFileSync('/bin/sh', ['-c', `for i in $(seq 40); do mkdir ${name} && cd -P ${name} || exit 1; done`], {
      cwd: tree,
    })
    await removeTree(tree)
    expect([existsSync(tree), existsSync(join(kept, 'file'))]).toEqual([false, true])
    await removeTree(tree)
    await removeTree(join(kept, 'file'))
    expect(existsSync(join(kept, 'file'))).toBe(false)
  },
)

test('what another process removes at the same time does not stop the removal', async () => {
  using temp = createTempDir('remove-tree')
  const tree = join(temp.path, 'tree')
  const names = Array.from({ length: 500 }, (_, i) => join(tree, 'inner', `${i}.txt`))
  mkdirSync(join(tree, 'inner'), { recursive: true })
  for (const name of names) writeFileSync(name, '')
  const removeAll = async () => {
    for (const name of names) await unlink(name).catch(() => {})
  }
  await Promise.all([removeTree(tree), removeAll()])
  expect(existsSync(tree)).toBe(false)
})
