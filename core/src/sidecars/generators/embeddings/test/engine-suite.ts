import { describe, expect, test } from 'vitest'
import type { EmbeddingEngine } from '../engines/engine.ts'

/** What every engine does, whatever it works with. */
export function describeEmbeddingEngine(
  name: string,
  open: () => Promise<EmbeddingEngine & AsyncDisposable>,
  skipped: string | null = null,
): void {
  describe.skipIf(skipped !== null)(`${name}${skipped === null ? '' : ` (skipped: ${skipped})`}`, () => {
    test('each text has a vector of length 1, the same alone and among others', async () => {
      await using engine = await open()
      const texts = ['who mends pipes', 'invoice', 'the quick brown fox', 'who mends pipes']
      const vectors = await engine.embed(texts, 'text')
      expect(vectors.length).toBe(texts.length)
      for (const [i, vector] of vectors.entries()) {
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
        const [alone] = await engine.embed([texts[i]!], 'text')
        expect(similarity(alone!, vector)).toBeCloseTo(1, 5)
      }
      expect(await engine.embed([], 'text')).toEqual([])
      expect(engine.name).not.toBe('')
      expect(engine.version).not.toBe('')
    })

    test('what means the same is nearer', async () => {
      await using engine = await open()
      const [query] = await engine.embed(['my pipes leak'], 'query')
      const [near, far] = await engine.embed(['the plumber', 'the total of the invoice'], 'text')
      expect(similarity(query!, near!)).toBeGreaterThan(similarity(query!, far!) + 0.2)
    })

    test('no text is too long or too odd', async () => {
      await using engine = await open()
      const odd = ['plumber '.repeat(5_000), '', '\0\ud800 \u{1F984}', '水道 การ', ' \n\t ', '[CLS] [PAD] ##s']
      const vectors = await engine.embed(odd, 'text')
      expect(vectors.length).toBe(odd.length)
      for (const vector of vectors) expect(vector.every((number) => Number.isFinite(number))).toBe(true)
    })

    test('many texts come back in their order', async () => {
      await using engine = await open()
      const words = ['plumber', 'invoice', 'beach']
      const vectors = await engine.embed(
        Array.from({ length: 70 }, (_, i) => words[i % 3]!),
        'text',
      )
      for (const [i, vector] of vectors.entries()) expect(similarity(vector, vectors[i % 3]!)).toBeCloseTo(1, 5)
    })
  })
}

export function similarity(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, number, i) => sum + number * b[i]!, 0)
}
