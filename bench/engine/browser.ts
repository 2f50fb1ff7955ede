import { type Browser, chromium, type Page } from '@playwright/test'
import { findProgram } from '../../core/src/util/find-program.ts'

const SIZE = { width: 1_280, height: 800 }
/** Peers take a minute for a large folder. */
const PATIENCE_MS = 180_000

/** The browser of the system. */
export function startBrowser(): Promise<Browser> {
  const executablePath = findProgram('chromium-headless-shell') ?? findProgram('chromium')
  if (executablePath === null) throw new Error('install Chromium (Debian: apt-get install chromium-headless-shell)')
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

/** A page of a person who was never here: nothing is kept of other pages. */
export async function newPage(browser: Browser): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext({ viewport: SIZE, locale: 'en-GB' })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() })
}

/** Milliseconds from asking for an address to the first frame that has what a selector finds. */
export async function msToLoad(page: Page, url: string, selector: string): Promise<number> {
  await page.addInitScript(noteWhenShown, selector)
  await page.goto(url, { waitUntil: 'commit', timeout: PATIENCE_MS })
  const shown = await page.waitForFunction(() => (globalThis as unknown as Partial<Probed>).benchShownAt)
  return (await shown.jsonValue()) as number
}

/** The longest wait for a frame; on a busy machine, the slowest took some seconds. */
const MAX_WAIT_MS = 60_000

/** Milliseconds from an input to the first frame that has what a selector finds; `act` makes the input. Throws if there is none within `MAX_WAIT_MS`. */
export async function msAfter(
  page: Page,
  { event, selector, act }: { event: 'keydown' | 'mouseup'; selector: string; act: () => Promise<void> },
): Promise<number> {
  await page.evaluate(armProbe, { event, selector, maxMs: MAX_WAIT_MS })
  await act()
  return page.evaluate(() => (globalThis as unknown as Probed).benchProbe)
}

export interface Smoothness {
  readonly p95FrameMs: number
  /** The longest time that a row in sight had nothing in it, or that there was no row. */
  readonly longestBlankMs: number
}

/** Scrolls the rows of a folder at one speed. */
export function scrollSteadily(page: Page, of: { pixelsPerSecond: number; seconds: number }): Promise<Smoothness> {
  return page.evaluate(scrollInPage, { ...of, scroller: SCROLLER })
}

/** What scrolls the rows of a folder. */
export const SCROLLER = '[role="grid"] > [role="presentation"]'

/** Goes through a folder a screen at a time, waiting for every picture. */
export async function seeAll(page: Page): Promise<void> {
  for (;;) {
    await page.waitForFunction(isComplete)
    if (await page.locator(SCROLLER).evaluate(scrollByScreen)) return
  }
}

/** Memory of the page's scripts in MB, what can be dropped is dropped. */
export async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}

/** Has the page work as on a machine so many times as slow. */
export async function slowDown(page: Page, times: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: times })
}

/** How an address was loaded, as a person sees it. */
export interface Vitals {
  /** Milliseconds until the largest thing in the window was there (LCP). */
  readonly largestMs: number
  /** How much of the window moved by itself (CLS). */
  readonly shifted: number
  /** The longest task of the page's thread; those below 50 ms are not told. */
  readonly longestTaskMs: number
}

/** Keeps what the browser tells about every address that a page loads from now on. */
export async function watchVitals(page: Page): Promise<void> {
  await page.addInitScript(noteVitals)
}

/** What the browser has told of the address so far, once its rows and pictures are there. */
export async function vitalsOf(page: Page): Promise<Vitals> {
  await page.locator(`${SCROLLER} [data-row]`).first().waitFor()
  await page.waitForFunction(isComplete)
  await page.waitForLoadState('networkidle')
  return page.evaluate(() => (globalThis as unknown as Probed).benchVitals)
}

/** Counts the longest task from now on. */
export async function forgetTasks(page: Page): Promise<void> {
  await page.evaluate(() => ((globalThis as unknown as Probed).benchVitals.longestTaskMs = 0))
}

interface Probed {
  benchVitals: { -readonly [K in keyof Vitals]: Vitals[K] }
  benchProbe: Promise<number>
  benchShownAt: number
}

/* What follows runs in the page; these are the parts of it that are used. */
interface Box {
  readonly top: number
  readonly bottom: number
}
interface PageElement {
  readonly dataset: Readonly<Record<string, string>>
  readonly scrollHeight: number
  readonly clientHeight: number
  /** Of a picture. */
  readonly complete: boolean
  scrollTop: number
  getBoundingClientRect(): Box
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
}
declare const document: Pick<PageElement, 'querySelector' | 'querySelectorAll'>
declare function requestAnimationFrame(run: (now: number) => void): void
declare function addEventListener(
  event: string,
  listener: (event: { timeStamp: number }) => void,
  options: { capture: boolean; once: boolean },
): void

interface TimingEntry {
  readonly startTime: number
  readonly duration: number
  /** Of a shift. */
  readonly value: number
  readonly hadRecentInput: boolean
}
declare const PerformanceObserver: new (listener: (list: { getEntries(): TimingEntry[] }) => void) => {
  observe(options: { type: string; buffered: boolean }): void
}

function noteVitals(): void {
  const vitals = { largestMs: 0, shifted: 0, longestTaskMs: 0 }
  ;(globalThis as unknown as Probed).benchVitals = vitals
  const observe = (type: string, note: (entry: TimingEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })
  observe('largest-contentful-paint', ({ startTime }) => (vitals.largestMs = startTime))
  observe('layout-shift', ({ hadRecentInput, value }) => (vitals.shifted += hadRecentInput ? 0 : value))
  observe('longtask', ({ duration }) => (vitals.longestTaskMs = Math.max(vitals.longestTaskMs, duration)))
}

function noteWhenShown(selector: string): void {
  const look = () => {
    if (document.querySelector(selector)) (globalThis as unknown as Probed).benchShownAt = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

function scrollByScreen(scroller: Pick<PageElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>): boolean {
  const isLast = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1
  scroller.scrollTop += scroller.clientHeight
  return isLast
}

/** Whether the rows in sight have all they show. */
function isComplete(): boolean {
  const view = document.querySelector('[role="grid"] > [role="presentation"]')!.getBoundingClientRect()
  return [...document.querySelectorAll('[data-row]')].every((row) => {
    const { bottom, top } = row.getBoundingClientRect()
    if (bottom <= view.top || top >= view.bottom) return true
    return row.querySelector('bdi') !== null && [...row.querySelectorAll('img')].every((image) => image.complete)
  })
}

function armProbe({ event, maxMs, selector }: { event: string; maxMs: number; selector: string }): void {
  const { promise, reject, resolve } = Promise.withResolvers<number>()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    reject(new Error(`no frame had ${selector} within ${maxMs} ms after ${event}`))
  }, maxMs)
  // The measurement reads the promise only after the input.
  void promise.catch(() => {}).finally(() => clearTimeout(timer))
  const listener = ({ timeStamp }: { timeStamp: number }) => {
    const look = () => {
      if (document.querySelector(selector)) resolve(performance.now() - timeStamp)
      else if (!isLate) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }
  addEventListener(event, listener, { capture: true, once: true })
  ;(globalThis as unknown as Probed).benchProbe = promise
}

function scrollInPage(of: { scroller: string; pixelsPerSecond: number; seconds: number }): Promise<Smoothness> {
  const { promise, resolve } = Promise.withResolvers<Smoothness>()
  const scroller = document.querySelector(of.scroller)!
  const frames: number[] = []
  const blankSince = new Map<string, number>()
  let longest = 0
  let begun = 0
  let before = 0
  const note = (row: string, isBlank: boolean, now: number) => {
    const since = blankSince.get(row) ?? now
    longest = Math.max(longest, now - since)
    if (isBlank) blankSince.set(row, since)
    else blankSince.delete(row)
  }
  const step = (now: number) => {
    begun ||= now
    if (before > 0) frames.push(now - before)
    const view = scroller.getBoundingClientRect()
    let end = view.top
    for (const row of scroller.querySelectorAll('[data-row]')) {
      const { top, bottom } = row.getBoundingClientRect()
      const isSeen = bottom > view.top && top < view.bottom
      end = Math.max(end, bottom)
      note(row.dataset['row']!, isSeen && row.querySelector('bdi') === null, now)
    }
    note('none', end < view.bottom, now)
    if (now - begun > of.seconds * 1_000) {
      const p95FrameMs = frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)]!
      return resolve({ p95FrameMs, longestBlankMs: longest })
    }
    scroller.scrollTop += (of.pixelsPerSecond * (now - (before || now))) / 1_000
    before = now
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
  return promise
}
