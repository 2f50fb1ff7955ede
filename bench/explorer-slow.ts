import { basename, dirname, join } from 'node:path'
import { stopDaemon } from '@spacedrive/client/node'
import type { Browser } from '@playwright/test'
import { forgetTasks, msAfter, slowDown, startBrowser, type Vitals, vitalsOf, watchVitals } from './engine/browser.ts'
import { jobsIdle, startDaemon } from './engine/daemon-process.ts'
import { buildPage, folderAddress, rowAt, signedInPage } from './engine/explorer-page.ts'
import { indexedLibrary } from './engine/indexed-library.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'

const COMMAND = join(import.meta.dirname, '../cli/bin/spacedrive.mjs')
/** How much slower than this machine the page works. */
const SLOWER = 4
const VIEWS = ['list', 'grid', 'columns'] as const
/** Typed letter by letter. */
const QUERIES = ['holiday photo', 'invoice-report', 'garden_beach', 'letter', 'thesis chapter', 'server module']

export const explorerSlow = defineBenchmark({
  name: 'explorer-slow',
  title: 'the explorer with a processor that is four times as slow, and search as you type',
  runs: 3,
  figures: [
    {
      id: 'largest',
      what: 'a folder of 10,000 files by its address: until the largest thing is there (LCP)',
      unit: 'ms',
      goal: { atMost: 1_500 },
    },
    { id: 'shifted', what: 'how much of the window moves by itself (CLS)', unit: '×', goal: { atMost: 0.1 } },
    { id: 'task', what: 'the longest task of the page', unit: 'ms', goal: { atMost: 200 } },
    { id: 'opened', what: 'the same folder from the one above: Enter to rows', unit: 'ms', goal: null },
    { id: 'openedTask', what: 'the longest task of that', unit: 'ms', goal: { atMost: 200 } },
    {
      id: 'typed',
      what: 'search as you type in 1,000,000 names: key to rows, 95 %; the processor is as it is',
      unit: 'ms',
      goal: { atMost: 100 },
    },
  ],
  remarks: [
    `Of the views ${VIEWS.join(', ')} the one that does worst counts. The browser was never here, and has no graphics card.`,
    'LCP, CLS and tasks are those that the browser tells; it tells no task below 50 ms, which counts as 0.',
  ],
  async setup(context) {
    const { parts, scratch } = context
    const wide = context.tree('wide')
    const dataDir = join(scratch('explorer-slow'), 'data')
    const searched = await indexedLibrary(context, 'million')
    for (const each of [dataDir, searched]) parts.defer(async () => void (await stopDaemon({ dataDir: each })))
    await indexWide(dataDir, wide)
    const browser = await startBrowser()
    parts.defer(() => browser.close())
    await buildPage(browser, { command: COMMAND, dataDir })
    return [
      {
        name: OURS,
        measure: async () => ({
          ...(await measureAddresses(browser, { dataDir, wide })),
          ...(await measureOpening(browser, { dataDir, wide })),
          ...(await measureTyping(browser, searched)),
        }),
      },
    ]
  },
})

async function indexWide(dataDir: string, path: string): Promise<void> {
  await using daemon = await startDaemon(dataDir)
  await daemon.client.action('locations.add', { path, mode: 'shallow', watch: false })
  await jobsIdle(daemon.client)
}

interface Place {
  readonly dataDir: string
  readonly wide: string
}

/** A page that is signed in, slow, and watched. */
async function slowPage(browser: Browser, dataDir: string): ReturnType<typeof signedInPage> {
  const page = await signedInPage(browser, { command: COMMAND, dataDir })
  await watchVitals(page)
  await slowDown(page, SLOWER)
  return page
}

async function measureAddresses(browser: Browser, { dataDir, wide }: Place): Promise<Sample> {
  const all: Vitals[] = []
  for (const view of VIEWS) {
    await using page = await slowPage(browser, dataDir)
    await page.goto(page.origin + folderAddress(wide, view))
    all.push(await vitalsOf(page))
  }
  return {
    largest: Math.max(...all.map(({ largestMs }) => largestMs)),
    shifted: Math.max(...all.map(({ shifted }) => shifted)),
    task: Math.max(...all.map(({ longestTaskMs }) => longestTaskMs)),
  }
}

async function measureOpening(browser: Browser, { dataDir, wide }: Place): Promise<Sample> {
  const all: { ms: number; task: number }[] = []
  for (const view of VIEWS) {
    await using page = await slowPage(browser, dataDir)
    await page.goto(page.origin + folderAddress(dirname(wide), view))
    await vitalsOf(page)
    const name = page.locator('bdi', { hasText: new RegExp(`^${basename(wide)}$`) })
    await page.locator('[data-row]', { has: name }).click()
    await vitalsOf(page)
    await forgetTasks(page)
    const selector = `[role="grid"][aria-label="Contents of ${basename(wide)}"] ${rowAt(0)}`
    const act = () => page.keyboard.press('Enter')
    const ms = await msAfter(page, { event: 'keydown', selector, act })
    all.push({ ms, task: (await vitalsOf(page)).longestTaskMs })
  }
  return {
    opened: Math.max(...all.map(({ ms }) => ms)),
    openedTask: Math.max(...all.map(({ task }) => task)),
  }
}

async function measureTyping(browser: Browser, dataDir: string): Promise<Sample> {
  await using page = await signedInPage(browser, { command: COMMAND, dataDir })
  await page.goto(`${page.origin}/search`)
  const box = page.getByRole('searchbox')
  const times: number[] = []
  for (const query of QUERIES) {
    await box.fill('')
    for (const letter of query) {
      const act = () => page.keyboard.press(letter === ' ' ? 'Space' : letter)
      times.push(await msAfter(page, { event: 'keydown', selector: `[aria-busy="false"] ${rowAt(0)}`, act }))
    }
  }
  return { typed: quantile(times, 0.95) }
}
