import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { stopDaemon } from '@spacedrive/client/node'
import type { Browser } from '@playwright/test'
import { heapMb, msAfter, msToLoad, newPage, scrollSteadily, SCROLLER, seeAll, startBrowser } from './engine/browser.ts'
import { jobsIdle, startDaemon } from './engine/daemon-process.ts'
import { buildPage, folderAddress as browse, rowAt, signedInPage, signInLink } from './engine/explorer-page.ts'
import { freePort } from './engine/free-port.ts'
import { installNpmPeers } from './engine/npm-peers.ts'
import { NGINX, startNginx, startServer } from './engine/server-process.ts'
import { defineBenchmark, OURS, type Sample, type Variant } from './harness/benchmark.ts'
import { FEW, MANY, pictureName, type Pictures, preparePictures } from './harness/prepare-pictures.ts'
import { shapes } from './tree.ts'

const COMMAND = join(import.meta.dirname, '../cli/bin/spacedrive.mjs')
const ASSETS = join(import.meta.dirname, '../web/dist')
/** A wheel that is turned fast: six screens a second. */
const SCROLLING = { pixelsPerSecond: 4_500, seconds: 6 }
const MS = 1_000

export const explorer = defineBenchmark({
  name: 'explorer',
  title: 'the explorer in Chromium, without a graphics card',
  runs: 3,
  figures: [
    {
      id: 'openCold',
      what: '`open` to the first rows of the home folder; no daemon runs',
      unit: 's',
      goal: { atMost: 3 },
    },
    {
      id: 'openWarm',
      what: 'the same; the daemon runs, and the browser was here before',
      unit: 's',
      goal: { atMost: 1 },
    },
    { id: 'js', what: 'scripts until then, compressed', unit: 'bytes', goal: { atMost: 250_000 } },
    {
      id: 'first',
      what: `a folder of ${MANY.toLocaleString('en')} is opened: first rows`,
      unit: 'ms',
      goal: { atMost: 300 },
    },
    { id: 'end', what: 'End: the last row', unit: 'ms', goal: { atMost: 200 } },
    { id: 'sort', what: 'sorted by size: first rows', unit: 'ms', goal: { atMost: 400 } },
    { id: 'dom', what: 'rows in the document, at the most', unit: 'rows', goal: { atMost: 400 } },
    { id: 'heap', what: 'memory of the page’s scripts after that', unit: 'MB', goal: { atMost: 60 } },
    {
      id: 'firstOfAddress',
      what: 'the same folder by its address, in a browser that was never here: first row',
      unit: 'ms',
      goal: { atMost: 1, ratioTo: 'nginx' },
    },
    { id: 'frame', what: 'scrolled, with thumbnails: 95 % of the frames', unit: 'ms', goal: { atMost: 50 } },
    { id: 'blank', what: 'scrolled: the longest time that a row was blank', unit: 'ms', goal: { atMost: 150 } },
    {
      id: 'last',
      what: 'of a folder of 2,000,000, the last row that is reached',
      unit: 'rows',
      goal: { atLeast: 2_000_000 },
    },
    { id: 'lastMs', what: 'and how long that takes', unit: 'ms', goal: null },
    {
      id: 'secondVisit',
      what: 'requests of a second visit to 1,000 thumbnails',
      unit: 'requests',
      goal: { atMost: 0 },
    },
    { id: 'firstVisit', what: 'requests of the first visit', unit: 'requests', goal: null },
    { id: 'elsewhere', what: 'requests to anywhere else, in all of this', unit: 'requests', goal: { atMost: 0 } },
  ],
  remarks: [
    'Times are taken in the page, from the event of the input to the frame that shows what was asked for; those of `open` by a clock outside, from the start of the command.',
    '`serve`, `http-server` and `nginx` list the same folder; of theirs the first row is the first link to a file.',
    'The home folder is not indexed. The folders of 100,000 pictures and of 2,000,000 files are in one library.',
  ],
  async setup(context) {
    const { parts, scratch, treeDir } = context
    const say = (line: string) => void process.stderr.write(`${line}\n`)
    const pictures = await preparePictures(treeDir, say)
    const places = { pictures, home: context.tree('small'), vast: context.tree('vast') }
    const dataDir = join(scratch('explorer'), 'data')
    await indexPlaces(dataDir, places)
    parts.defer(async () => void (await stopDaemon({ dataDir })))
    const browser = await startBrowser()
    parts.defer(() => browser.close())
    await buildPage(browser, { command: COMMAND, dataDir })
    return [
      {
        name: OURS,
        async measure() {
          const elsewhere = { count: 0 }
          const world = { browser, dataDir, elsewhere, ...places }
          return {
            ...(await measureOpening(world)),
            ...(await measureLarge(world)),
            ...(await measureAddress(world)),
            ...(await measureVast(world)),
            ...(await measureVisits(world)),
            elsewhere: elsewhere.count,
          }
        },
      },
      ...(await peersOf({ browser, folder: pictures.many, dir: scratch('explorer-peers'), parts })),
    ]
  },
})

interface Places {
  readonly pictures: Pictures
  readonly home: string
  readonly vast: string
}

interface World extends Places {
  readonly browser: Browser
  readonly dataDir: string
  readonly elsewhere: { count: number }
}

/** A library that knows the large folders, with all thumbnails made. */
async function indexPlaces(dataDir: string, { pictures, vast }: Places): Promise<void> {
  await using daemon = await startDaemon(dataDir)
  const { client } = daemon
  // Only pictures are to be seen.
  for (const kind of ['ocr', 'text']) await client.action('config.set', { key: `sidecars.${kind}`, value: 'off' })
  await client.action('locations.add', { path: vast, mode: 'shallow', watch: false })
  for (const path of [pictures.few, pictures.many]) {
    await client.action('locations.add', { path, mode: 'content', watch: false })
    await jobsIdle(client)
  }
}

/** A page that is signed in, and counts what it asks of others. */
async function signedIn({ browser, elsewhere }: World, dataDir: string): ReturnType<typeof signedInPage> {
  const page = await signedInPage(browser, { command: COMMAND, dataDir })
  page.on('request', (request) => {
    const asked = new URL(request.url())
    if (asked.protocol.startsWith('http') && asked.origin !== page.origin) elsewhere.count++
  })
  return page
}

const rowOf = (row: number, name: string) => `${rowAt(row)}[title="${name}"]`

async function measureOpening(world: World): Promise<Sample> {
  const { browser, dataDir, home } = world
  await stopDaemon({ dataDir })
  await using page = await newPage(browser)
  let js = 0
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') js += compressedSize(new URL(response.url()).pathname)
  })
  const open = async () => {
    const begun = performance.now()
    await page.goto(await signInLink(COMMAND, dataDir, browse(home, 'list')), { waitUntil: 'commit' })
    await page.locator(rowAt(0)).waitFor()
    return (performance.now() - begun) / MS
  }
  const openCold = await open()
  const scripts = js
  await page.goto('about:blank')
  return { openCold, openWarm: await open(), js: scripts }
}

/** Of a script as it is sent to browsers that know no better than gzip. */
function compressedSize(address: string): number {
  return (
    statSync(join(ASSETS, `${address}.gz`), { throwIfNoEntry: false })?.size ?? statSync(join(ASSETS, address)).size
  )
}

async function measureLarge(world: World): Promise<Sample> {
  const { dataDir, pictures } = world
  await using page = await signedIn(world, dataDir)
  await page.goto(page.origin + browse(pictures.root, 'list'))
  await page.getByRole('row', { name: 'many' }).click()
  const first = await msAfter(page, {
    event: 'keydown',
    selector: rowOf(0, pictureName(0)),
    act: () => page.keyboard.press('Enter'),
  })
  await page.locator(rowAt(0)).click()
  const end = await msAfter(page, {
    event: 'keydown',
    selector: rowOf(MANY - 1, pictureName(MANY - 1)),
    act: () => page.keyboard.press('End'),
  })
  const dom = [await page.locator('[role="row"]').count()]
  await page.keyboard.press('Home')
  await page.locator(rowOf(0, pictureName(0))).waitFor()
  const sort = await msAfter(page, {
    event: 'mouseup',
    selector: rowOf(0, pictureName(MANY - 1)),
    act: () => page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click(),
  })
  dom.push(await page.locator('[role="row"]').count())
  await page.goto(page.origin + browse(pictures.many, 'grid'))
  await page.locator(rowAt(0)).waitFor()
  const { longestBlankMs, p95FrameMs } = await scrollSteadily(page, SCROLLING)
  dom.push(await page.locator('[data-row]').count())
  const heap = await heapMb(page)
  return { first, end, sort, dom: Math.max(...dom), heap, frame: p95FrameMs, blank: longestBlankMs }
}

async function measureAddress(world: World): Promise<Sample> {
  const { dataDir, pictures } = world
  await using page = await signedIn(world, dataDir)
  return { firstOfAddress: await msToLoad(page, page.origin + browse(pictures.many, 'list'), rowAt(0)) }
}

async function measureVast(world: World): Promise<Sample> {
  const { dataDir, vast } = world
  const { files } = shapes.vast
  await using page = await signedIn(world, dataDir)
  await page.goto(page.origin + browse(vast, 'list'))
  await page.locator(rowAt(0)).click()
  const lastMs = await msAfter(page, {
    event: 'keydown',
    selector: rowAt(files - 1),
    act: () => page.keyboard.press('End'),
  })
  // By the scrollbar as well.
  await page.keyboard.press('Home')
  await page.locator(rowAt(0)).waitFor()
  await page.locator(SCROLLER).evaluate((element: { scrollTop: number; scrollHeight: number }) => {
    element.scrollTop = element.scrollHeight
  })
  await page.locator(rowAt(files - 1)).waitFor()
  const row = await page.locator('[data-row]').last().getAttribute('data-row')
  return { last: Number(row) + 1, lastMs }
}

async function measureVisits(world: World): Promise<Sample> {
  const { dataDir, pictures } = world
  await using page = await signedIn(world, dataDir)
  const session = await page.context().newCDPSession(page)
  let asked = 0
  const cached = new Set<string>()
  session.on('Network.requestServedFromCache', ({ requestId }) => void cached.add(requestId))
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const isOurs = response.url.includes('/media/') && !response.fromDiskCache && !cached.has(requestId)
    if (isOurs) asked++
  })
  await session.send('Network.enable')
  const visit = async () => {
    // Left first: the address that one is at already is shown where it was scrolled to.
    await page.goto('about:blank')
    asked = 0
    await page.goto(page.origin + browse(pictures.few, 'grid'))
    await page.locator(rowAt(0)).waitFor()
    await seeAll(page)
    return asked
  }
  const firstVisit = await visit()
  if (firstVisit < FEW) throw new Error(`of ${FEW} thumbnails only ${firstVisit} were asked for`)
  return { firstVisit, secondVisit: await visit() }
}

interface PeersOptions {
  readonly browser: Browser
  readonly folder: string
  readonly dir: string
  readonly parts: AsyncDisposableStack
}

/** Others that list a folder for a browser. */
async function peersOf({ browser, dir, folder, parts }: PeersOptions): Promise<Variant[]> {
  const npm = installNpmPeers()
  // The workers of nginx are another user where root starts it.
  chmodSync(dir, 0o711)
  const ports = { nginx: await freePort(), serve: await freePort(), 'http-server': await freePort() }
  parts.use(await startNginx({ dir, root: folder, port: ports.nginx }))
  const serve = ['--no-clipboard', '--listen', `tcp://127.0.0.1:${ports.serve}`, folder]
  parts.use(await startServer(npm('serve'), serve, ports.serve))
  const httpServer = [folder, '-s', '-a', '127.0.0.1', '-p', String(ports['http-server'])]
  parts.use(await startServer(npm('http-server'), httpServer, ports['http-server']))
  const programs = { nginx: NGINX, serve: npm('serve'), 'http-server': npm('http-server') }
  return (['nginx', 'serve', 'http-server'] as const).map((name) => ({
    name,
    program: programs[name],
    async measure() {
      await using page = await newPage(browser)
      return { firstOfAddress: await msToLoad(page, `http://127.0.0.1:${ports[name]}/`, 'a[href*=".jpg"]') }
    },
  }))
}
