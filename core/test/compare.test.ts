import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir, createTestCore } from '../testing/index.ts'
import { seededRandom } from '../testing/memory-network/random.ts'

const signal = new AbortController().signal

async function openFolders() {
  const t = await createTestCore()
  const dir = createTempDir('compare')
  const [left, right] = [join(dir.path, 'left'), join(dir.path, 'right')]
  for (const folder of [left, right]) mkdirSync(folder)
  const put = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return {
    left,
    right,
    put,
    compare: (limit = 1_000, one = left, other = right) =>
      t.core.comparisons.compare({ left: one, right: other, limit }, signal),
    async [Symbol.asyncDispose]() {
      await t[Symbol.asyncDispose]()
      dir[Symbol.dispose]()
    },
  }
}

test('what is missing, different, moved and equal is told apart', async () => {
  await using t = await openFolders()
  const { left, put, right } = t
  put(join(left, 'same.txt'), 'same')
  put(join(right, 'same.txt'), 'same')
  put(join(left, 'same-size.txt'), 'aaaa')
  put(join(right, 'same-size.txt'), 'aaab')
  put(join(left, 'old/photo.jpg'), 'a photo')
  put(join(right, 'new/photo.jpg'), 'a photo')
  put(join(left, 'folder-or-file'), 'text')
  put(join(right, 'folder-or-file/inside'), 'inside')
  put(join(left, 'gone/deep/a'), '1')
  put(join(right, 'extra'), '22')
  mkdirSync(join(right, 'empty'))
  for (const folder of [left, right]) symlinkSync('same.txt', join(folder, 'link'))
  const found = await t.compare()
  expect(found).toEqual({
    left,
    right,
    onlyLeft: [{ path: join(left, 'gone/deep/a'), size: 1 }],
    onlyRight: [
      { path: join(right, 'empty'), size: 0 },
      { path: join(right, 'extra'), size: 2 },
    ],
    different: [
      { left: join(left, 'folder-or-file'), right: join(right, 'folder-or-file') },
      { left: join(left, 'same-size.txt'), right: join(right, 'same-size.txt') },
    ],
    moved: [{ left: join(left, 'old/photo.jpg'), right: join(right, 'new/photo.jpg') }],
    same: 2,
    counts: { onlyLeft: 1, onlyRight: 2, different: 2, moved: 1 },
    failures: [],
  })
})

test('lists are cut at the limit, and the counts are whole', async () => {
  await using t = await openFolders()
  for (let i = 0; i < 30; i++) t.put(join(t.left, `${i}`), `${i}`)
  const { counts, onlyLeft } = await t.compare(10)
  expect({ counts, listed: onlyLeft.length }).toEqual({
    counts: { onlyLeft: 30, onlyRight: 0, different: 0, moved: 0 },
    listed: 10,
  })
})

test('two files are compared, and what cannot be compared is refused', async () => {
  await using t = await openFolders()
  const [one, other] = [join(t.left, 'a'), join(t.right, 'b')]
  t.put(one, 'x'.repeat(3_000_000))
  t.put(other, 'x'.repeat(3_000_000))
  expect(await t.compare(10, one, other)).toMatchObject({ same: 1, different: [] })
  appendFileSync(other, 'y')
  expect(await t.compare(10, one, other)).toMatchObject({ same: 0, different: [{ left: one, right: other }] })
  await expect(t.compare(10, one, t.right)).rejects.toThrow(
    `${t.right} is a folder, and ${one} is not; compare two folders or two files`,
  )
  await expect(t.compare(10, t.left, `${t.left}/.`)).rejects.toThrow(`both paths lead to ${t.left}`)
  await expect(t.compare(10, t.left, join(t.right, 'missing'))).rejects.toMatchObject({ code: 'NotFound' })
  await expect(t.compare(10, 'left', t.right)).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('names that are not UTF-8, and hard links to one file, are compared', async () => {
  await using t = await openFolders()
  const name = Buffer.concat([Buffer.from(`${t.left}/`), Buffer.from([0xe9, 0x2e, 0x74])])
  writeFileSync(name, 'x')
  t.put(join(t.left, 'one'), 'one')
  linkSync(join(t.left, 'one'), join(t.right, 'one'))
  const { onlyLeft, same } = await t.compare()
  expect({ onlyLeft, same }).toEqual({
    onlyLeft: [{ path: `${t.left}/\uFFFD.t`, pathBase64: name.toString('base64'), size: 1 }],
    same: 1,
  })
})

/** What GNU diff says of two folders: the oracle, which shares no code with the engine. */
function diff(left: string, right: string) {
  const { stdout } = spawnSync('diff', ['-rq', '--no-dereference', left, right], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  const found = { different: new Set<string>(), onlyLeft: new Set<string>(), onlyRight: new Set<string>() }
  for (const line of stdout.split('\n').filter((each) => each !== '')) {
    const only = /^Only in (.+): (.+)$/.exec(line)
    if (only) {
      const [side, top] = only[1]!.startsWith(left) ? (['onlyLeft', left] as const) : (['onlyRight', right] as const)
      for (const path of leaves(join(only[1]!, only[2]!))) found[side].add(relative(top, path))
    } else {
      const differ = /^(?:Files|Symbolic links|File) (\S+) (?:and \S+ differ|is an? )/.exec(line)
      if (!differ) throw new Error(`diff said ${line}`)
      found.different.add(relative(left, differ[1]!))
    }
  }
  return found
}

/** A file itself, or everything below a folder but folders that are not empty. */
function leaves(path: string): string[] {
  if (!lstatSync(path).isDirectory()) return [path]
  const names = readdirSync(path)
  return names.length === 0 ? [path] : names.flatMap((name) => leaves(join(path, name)))
}

test.skipIf(process.platform === 'win32')(
  'random trees are compared as diff compares them, and what has moved is paired',
  { timeout: 600_000 },
  async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    const random = seededRandom(seed)
    const below = (limit: number) => Math.floor(random() * limit)
    await using t = await openFolders()
    for (let round = 0; round < ROUNDS; round++) {
      const [left, right] = [join(t.left, `${round}`), join(t.right, `${round}`)]
      for (const folder of [left, right]) growTree(folder, below)
      const found = await t.compare(10_000, left, right)
      const oracle = diff(left, right)
      const leftMoved = found.moved.map((pair) => pair.left)
      const rightMoved = found.moved.map((pair) => pair.right)
      const sorted = (top: string, paths: Iterable<string>) => [...paths].map((path) => relative(top, path)).toSorted()
      const paths = (list: typeof found.onlyLeft) => list.map(({ path }) => path)
      expect({
        seed,
        round,
        different: sorted(
          left,
          found.different.map((pair) => pair.left),
        ),
        onlyLeft: sorted(left, [...paths(found.onlyLeft), ...leftMoved]),
        onlyRight: sorted(right, [...paths(found.onlyRight), ...rightMoved]),
      }).toEqual({
        seed,
        round,
        different: [...oracle.different].toSorted(),
        onlyLeft: [...oracle.onlyLeft].toSorted(),
        onlyRight: [...oracle.onlyRight].toSorted(),
      })
      const text = (path: string) => (lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '')
      expect(leftMoved.map(text)).toEqual(rightMoved.map(text))
      // Nothing that could be paired is left over.
      const texts = (list: typeof found.onlyLeft) =>
        new Set(
          paths(list)
            .map(text)
            .filter((each) => each !== ''),
        )
      const others = texts(found.onlyRight)
      expect(
        [...texts(found.onlyLeft)].filter((each) => others.has(each)),
        `seed ${seed}`,
      ).toEqual([])
    }
  },
)

const ROUNDS = 60

/** Files, links and folders with names from a few letters, so that two trees have much in common. */
function growTree(top: string, below: (limit: number) => number): void {
  const name = () => 'abcde'[below(5)]!
  for (let i = 0; i < 15; i++) {
    const path = join(top, ...Array.from({ length: 1 + below(3) }, name))
    try {
      mkdirSync(dirname(path), { recursive: true })
      const kind = below(10)
      if (kind === 0) symlinkSync(name(), path)
      else if (kind === 1) mkdirSync(path)
      else writeFileSync(path, 'xy'[below(2)]!.repeat(below(4)))
    } catch (err) {
      // Something else has the name already, or the name of a folder above.
      if (
        !(
          err instanceof Error &&
          'code' in err &&
          ['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOENT', 'ELOOP'].includes(String(err.code))
        )
      )
        throw err
    }
  }
}
