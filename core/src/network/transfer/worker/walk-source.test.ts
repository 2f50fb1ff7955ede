import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/index.ts'
import { PrivateFiles } from '../../../util/private-files.ts'
import { WalkBudget } from './walk-budget.ts'
import { walkSource } from './walk-source.ts'

const { signal } = new AbortController()
/** Matches no file. */
const guard = new PrivateFiles('/nonexistent')

/** Creates folders with a number of empty files in each. */
function tree(
  folder: string,
  { folders, files }: { folders: number; files: number },
): { path: Buffer; name: Buffer }[] {
  for (let at = 0; at < folders; at++) {
    mkdirSync(join(folder, String(at)))
    for (let n = 0; n < files; n++) writeFileSync(join(folder, String(at), String(n)), '')
  }
  return [{ path: Buffer.from(folder), name: Buffer.from('top') }]
}

test('a walk ends soon after nobody waits for it', async () => {
  using dir = createTempDir()
  const roots = tree(dir.path, { folders: 20, files: 200 })
  const leaving = new AbortController()
  let taken = 0
  const share = {
    take: () => {
      taken++
      if (taken === 100) leaving.abort(new Error('left'))
    },
  }
  await expect(walkSource(roots, { guard, share, signal: leaving.signal })).rejects.toThrow('left')
  expect(taken).toBe(100)
})

test('all lists together are bounded, and what one has taken is given back', async () => {
  using dir = createTempDir()
  const roots = tree(dir.path, { folders: 1, files: 20 })
  const budget = new WalkBudget({ rows: 30, bytes: 1_000_000 })
  const first = budget.share(null)
  expect((await walkSource(roots, { guard, share: first, signal })).items).toHaveLength(22)
  using second = budget.share(null)
  await expect(walkSource(roots, { guard, share: second, signal })).rejects.toMatchObject({ code: 'Unavailable' })
  second[Symbol.dispose]()
  first[Symbol.dispose]()
  expect((await walkSource(roots, { guard, share: second, signal })).items).toHaveLength(22)
  using small = new WalkBudget({ rows: 30, bytes: 500 }).share(null)
  await expect(walkSource(roots, { guard, share: small, signal })).rejects.toMatchObject({ code: 'Unavailable' })
})

test('one device never gets the whole budget, however many lists it asks for, and this device may', async () => {
  const budget = new WalkBudget({ rows: 100, bytes: 1_000_000 })
  const takeAll = (device: string | null) => {
    const share = budget.share(device)
    let taken = 0
    try {
      for (;;) {
        share.take(1)
        taken++
      }
    } catch (err) {
      return { share, taken, err }
    }
  }
  const first = takeAll('one')
  expect(first).toMatchObject({ taken: 75, err: { code: 'Unavailable' } })
  expect(first.err).toMatchObject({ message: expect.stringContaining('for this device') })
  expect(takeAll('one').taken).toBe(0)
  expect([takeAll('two').taken, takeAll('three').taken, takeAll('four').taken]).toEqual([18, 5, 1])
  const own = takeAll(null)
  expect(own).toMatchObject({ taken: 1, err: { message: expect.stringContaining('for other devices') } })
  own.share[Symbol.dispose]()
  first.share[Symbol.dispose]()
  first.share[Symbol.dispose]()
  expect(takeAll('one').taken).toBe(57)
  expect(takeAll(null).taken).toBe(19)
})

test('the paths that one device lists are bounded in bytes, too', () => {
  const budget = new WalkBudget({ rows: 1_000, bytes: 1_000 })
  using share = budget.share('one')
  share.take(700)
  expect(() => share.take(100)).toThrow('for this device')
  using other = budget.share('two')
  other.take(100)
})

test('names that are read count before they are looked at, so several walks cannot all read a large folder', async () => {
  using dir = createTempDir()
  const roots = tree(dir.path, { folders: 1, files: 2_000 })
  const budget = new WalkBudget({ rows: 3_000, bytes: 10_000_000 })
  using first = budget.share(null)
  using second = budget.share(null)
  const walks = [first, second].map((share) => walkSource(roots, { guard, share, signal }))
  const [one, other] = await Promise.allSettled(walks)
  expect(one).toMatchObject({ status: 'fulfilled', value: { items: { length: 2_002 } } })
  expect(other).toMatchObject({ status: 'rejected', reason: { code: 'Unavailable' } })
})

test.skipIf(process.platform !== 'linux')('a folder with a name that is no text is listed', async () => {
  using dir = createTempDir()
  const path = Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0x66, 0xff])])
  mkdirSync(path)
  writeFileSync(Buffer.concat([path, Buffer.from('/a')]), 'a')
  using share = new WalkBudget().share(null)
  const { items } = await walkSource([{ path, name: Buffer.from('top') }], { guard, share, signal })
  expect(items.map(({ names }) => names.length)).toEqual([1, 2])
})
