import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { Logger } from '@spacedrive/core'
import { heard } from '@spacedrive/core/heard'
import { settledWithin } from '@spacedrive/core/settled-within'
import { type PageFiles, readPageFiles } from './page-files.ts'
import { sourceFingerprint } from './source-fingerprint.ts'

export interface WebPageOptions {
  /** The folder of the page's workspace; that of this installation by default. */
  readonly folder?: string
  readonly log: Logger
}

/** The page to show. */
export type PageState =
  | { readonly kind: 'ready'; readonly files: PageFiles }
  /** `files`: of an older build, for a tab that is open. */
  | { readonly kind: 'building'; readonly files: PageFiles | null }
  | { readonly kind: 'failed'; readonly files: PageFiles | null; readonly reason: string }

/** Short enough that a reload shows a change, long enough that one check serves the twenty files of a page. */
const FRESH_MS = 500
/** The end of a tool's output has its error message. */
const MAX_REASON_LENGTH = 4_000

/**
 * The page as it was built. Where its sources are beside it (a checkout) and it is missing or of other sources, it is
 * built by a process of its own when somebody wants to see it.
 */
export class WebPage implements Disposable {
  readonly #folder: string
  readonly #log: Logger
  #looked: { readonly at: number; readonly state: Promise<PageState> } | null = null
  #building: ChildProcess | null = null
  /** Resolves when the last build has ended. */
  #built: Promise<void> = Promise.resolve()
  #failed: { readonly fingerprint: string; readonly reason: string } | null = null
  #closed = false

  constructor({ folder = ownFolder(), log }: WebPageOptions) {
    this.#folder = folder
    this.#log = log
  }

  /** Looks, and begins to build where that is needed. Never rejects. */
  state(): Promise<PageState> {
    const now = performance.now()
    if (this.#looked && now - this.#looked.at < FRESH_MS) return this.#looked.state
    const state = this.#look().catch((err: unknown): PageState => ({
      kind: 'failed',
      files: null,
      reason: String(err),
    }))
    this.#looked = { at: now, state }
    return state
  }

  /** Like `state`, but waits for a build to end, for `maxMs` at most. */
  async settled(maxMs: number): Promise<PageState> {
    const state = await this.state()
    if (state.kind !== 'building') return state
    await settledWithin(maxMs, [this.#built])
    return this.state()
  }

  /** A user is about to open the page. */
  prepare(): void {
    this.state().catch(() => {})
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#building?.kill()
  }

  async #look(): Promise<PageState> {
    const [fingerprint, files] = await Promise.all([
      sourceFingerprint(this.#folder),
      readPageFiles(join(this.#folder, 'dist')),
    ])
    if (files && (fingerprint === null || files.fingerprint === fingerprint)) return { kind: 'ready', files }
    if (fingerprint === null)
      return { kind: 'failed', files, reason: `there is no page in ${this.#folder}; install it again` }
    if (this.#failed?.fingerprint === fingerprint) return { kind: 'failed', files, reason: this.#failed.reason }
    if (!this.#building && !this.#closed) {
      this.#built = heard(this.#build(fingerprint))
      this.#built.catch((err: unknown) => this.#log.error({ err }, 'the page could not be built'))
    }
    return { kind: 'building', files }
  }

  async #build(fingerprint: string): Promise<void> {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [builder, this.#folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production' },
      windowsHide: true,
    })
    this.#building = child
    const exit = new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false))
      child.once('close', (code) => resolve(code === 0))
    })
    const [done, said] = await Promise.all([exit, text(child.stderr).catch(String)])
    this.#building = null
    this.#looked = null
    if (done) return this.#log.info({ ms: Math.round(performance.now() - startedAt) }, 'explorer built')
    if (this.#closed) return
    const reason = stripVTControlCharacters(said).trim().slice(-MAX_REASON_LENGTH)
    this.#failed = { fingerprint, reason }
    this.#log.error({ reason }, 'the page could not be built')
  }
}

const builder = fileURLToPath(new URL('build-page.ts', import.meta.url))

function ownFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@spacedrive/web/package.json'))
}
