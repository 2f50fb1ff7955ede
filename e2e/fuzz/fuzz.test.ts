import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { Corpus } from './corpus.ts'
import type { Finding } from './explorer.ts'
import { fuzzTarget } from './fuzz-target.ts'
import { literalsOf } from './literals.ts'
import { mutate } from './mutate.ts'
import type { FuzzTarget } from './target.ts'
import { mulberry32 } from '../../bench/tree.ts'

const targets = readdirSync(new URL('targets', import.meta.url)).map((file) => file.replace('.ts', ''))

test.each(targets)('every input of the corpus is read as it must be: %s', async (name) => {
  const { target } = (await import(`./targets/${name}.ts`)) as { target: FuzzTarget }
  const seeds = (await target.seeds()).map((bytes, index) => ({ name: `seed ${index}`, bytes }))
  expect(seeds.length).toBeGreaterThan(0)
  for (const { bytes, name: file } of [...seeds, ...new Corpus(name).files()]) {
    if (bytes.length > target.maxBytes) throw new Error(`${file} is longer than ${target.maxBytes} bytes`)
    try {
      await target.run(Uint8Array.from(bytes))
    } catch (err) {
      throw new Error(`${file} is not read as it must be`, { cause: err })
    }
  }
})

test('coverage leads to a fault behind four bytes, and the input is shown', async () => {
  const { findings, kept, report } = await fuzzUntilFound('magic', { seed: 5 })
  expect(findings).toEqual([{ text: 'Mgy\u0056', error: 'RangeError: the planted fault' }])
  // One input for each byte that is right.
  expect(kept).toBeGreaterThanOrEqual(3)
  expect(report.blocks).toBeGreaterThan(0)
})

test('an input that never ends is a finding', async () => {
  const { findings } = await fuzzUntilFound('endless', { seed: 1, hangMs: 5_000 })
  expect(findings[0]?.error).toBe('Hang: the input was not read within 5 s')
  expect(findings[0]?.text.length).toBeGreaterThan(2)
})

test('an input that takes all memory is a finding', async () => {
  const { findings } = await fuzzUntilFound('greedy', { seed: 1 })
  expect(findings[0]?.error).toMatch(/memory limit/)
  expect(findings[0]?.text.length).toBeGreaterThan(2)
})

test('a pruned corpus reaches the same code with fewer files, and keeps the inputs of faults', async () => {
  using folder = createTempDir('fuzz')
  const corpus = new Corpus('magic', { folder: folder.path })
  for (const text of ['other', 'M1', 'Mg2', 'Mgy3', 'Mgy333', 'M22222']) corpus.add(Buffer.from(text))
  writeFileSync(join(folder.path, 'magic', 'fault-of-long-ago'), 'M999999')
  const before = await fuzzUntilFound('magic', { seed: 1, forMs: 0, corpus })
  expect(corpus.prune(before.report.learned)).toBe(4)
  expect(corpus.files().map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['M1', 'Mg2', 'Mgy3', 'M999999'])
  const after = await fuzzUntilFound('magic', { seed: 1, forMs: 0, corpus })
  expect(after.report.blocks).toBe(before.report.blocks)
})

test('mutations keep to the length of the target and follow the seed', () => {
  const input = {
    bytes: Buffer.from('hello world'),
    other: Buffer.from('12345678'),
    tokens: [Buffer.from('<xml>')],
    maxBytes: 12,
  }
  const some = (seed: number) => {
    const random = mulberry32(seed)
    return Array.from({ length: 500 }, () => Buffer.from(mutate({ ...input, random })).toString('hex'))
  }
  expect(some(7)).toEqual(some(7))
  expect(new Set(some(7)).size).toBeGreaterThan(300)
  expect(Math.max(...some(7).map((hex) => hex.length / 2))).toBeLessThanOrEqual(12)
  expect(Buffer.from(input.bytes).toString()).toBe('hello world')
})

test('literals of a source become words to insert', () => {
  const literals = literalsOf(`if (tag === 'moov' || magic === 0x00_01_ff) throw new Error("no")`)
  expect(literals.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual(['moov', 'no', '\0\x01ÿ', 'ÿ\x01\0'])
})

interface FuzzOptions {
  readonly seed: number
  readonly hangMs?: number
  readonly forMs?: number
  readonly corpus?: Corpus
}

/** Fuzzes a target of `test/` until it has found something, for two minutes at the most. */
async function fuzzUntilFound(name: string, { corpus, forMs = 120_000, ...options }: FuzzOptions) {
  const found = new AbortController()
  const findings: { readonly text: string; readonly error: string | undefined }[] = []
  let kept = 0
  const report = await fuzzTarget({
    ...options,
    module: new URL(`test/${name}-target.ts`, import.meta.url).href,
    corpus: corpus?.files() ?? [],
    forMs,
    signal: found.signal,
    kept: () => kept++,
    found({ bytes, error }: Finding) {
      findings.push({ text: Buffer.from(bytes).toString('latin1'), error: error.split('\n')[0] })
      found.abort()
    },
  })
  return { findings, kept, report }
}
