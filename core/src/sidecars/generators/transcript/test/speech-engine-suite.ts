import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import type { SpeechEngine } from '../engines/engine.ts'
import { SAMPLE_RATE } from '../limits.ts'
import { pcm, tone } from './sounds.ts'
import { SCRIPT } from './toy-script.ts'

export interface SuiteOptions {
  /** Why it cannot be tested here; null where it can. */
  readonly skip?: string | null
  /** The engine with a model, or whatever else, that says the script; its files go into the folder. */
  open(folder: string): Promise<SpeechEngine>
}

/** What holds of every engine. */
export function describeSpeechEngine(name: string, { open, skip = null }: SuiteOptions): void {
  describe.skipIf(skip !== null)(`${name}${skip === null ? '' : ` (skipped: ${skip})`}`, () => {
    const withEngine = async (use: (engine: SpeechEngine, folder: string) => Promise<void>): Promise<void> => {
      using temp = createTempDir('speech')
      const [own, work] = [join(temp.path, 'own'), join(temp.path, 'work')]
      for (const each of [own, work]) mkdirSync(each)
      await using engine = await open(own)
      await use(engine, work)
    }
    // No whole number: lengths of sound are none.
    const deadlineMs = 60_000.5
    const language = null

    test('says what it is, and how much it hears at once', () =>
      withEngine(async (engine) => {
        expect(engine.name).toMatch(/^\S+/)
        expect(engine.model).toMatch(/^\S+/)
        expect(engine.maxPieceMs).toBeGreaterThanOrEqual(5_000)
      }))

    test('hears what is said, with times in what it was given, how often it is asked', () =>
      withEngine(async (engine, folder) => {
        for (const seconds of [3, 5]) {
          const heard = await engine.listen(pcm(tone(seconds)), { language, deadlineMs, folder })
          expect(heard.segments.map(({ text }) => text.trim()).join(' ')).toBe(SCRIPT.words.join(' '))
          expect(heard.language ?? 'en').toBe('en')
          for (const { startMs, endMs, confidence = 1 } of heard.segments) {
            expect(startMs).toBeGreaterThanOrEqual(0)
            expect(endMs).toBeGreaterThan(startMs)
            expect(endMs).toBeLessThanOrEqual(SCRIPT.endSeconds * 1_000)
            expect(confidence).toBeGreaterThan(0)
            expect(confidence).toBeLessThanOrEqual(1)
          }
          for (const each of readdirSync(folder)) rmSync(join(folder, each))
        }
      }))

    test('takes a language', () =>
      withEngine(async (engine, folder) => {
        const { segments } = await engine.listen(pcm(tone(3)), { language: 'en', deadlineMs, folder })
        expect(segments.length).toBeGreaterThan(0)
      }))

    test('hears less than a word', () =>
      withEngine(async (engine, folder) => {
        const { segments } = await engine.listen(new Int16Array(SAMPLE_RATE / 20), { language, deadlineMs, folder })
        expect(segments.length).toBeLessThanOrEqual(1)
      }))

    test('stops when its time is over, and hears again', () =>
      withEngine(async (engine, folder) => {
        const late = engine.listen(pcm(tone(5)), { language, deadlineMs: 0, folder })
        await expect(late).rejects.toMatchObject({ code: 'Timeout' })
        const { segments } = await engine.listen(pcm(tone(5)), { language, deadlineMs, folder })
        expect(segments.length).toBeGreaterThan(0)
      }))
  })
}
