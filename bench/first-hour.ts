import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stopDaemon } from '@spacedrive/client/node'
import type { Browser } from '@playwright/test'
import { newPage, startBrowser } from './engine/browser.ts'
import { signInLink } from './engine/explorer-page.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { preparePhotos } from './harness/prepare-photos.ts'

const ROOT = join(import.meta.dirname, '..')
const UNPACKED = join(ROOT, 'node_modules/.cache/bench')
const PHOTOS = 200
const MS = 1_000

export const firstHour = defineBenchmark({
  name: 'first-hour',
  title: 'from `quickstart` on a new machine to the first picture in the page',
  runs: 5,
  figures: [
    { id: 'address', what: 'the address of the page is printed', unit: 's', goal: { atMost: 1 } },
    { id: 'page', what: 'the page shows the photos’ names', unit: 's', goal: null },
    { id: 'picture', what: 'the page shows the first thumbnail', unit: 's', goal: { atMost: 5 } },
  ],
  remarks: [
    `Photos: ${PHOTOS} JPEGs of 12 megapixels. The program is the packed one. There is no data folder, no daemon, and no library; the browser was never here. All times count from the start of the command.`,
  ],
  async setup({ parts, scratch, treeDir }) {
    const photos = await manyPhotos(treeDir)
    const dir = scratch('first-hour')
    const browser = await startBrowser()
    parts.defer(() => browser.close())
    const command = installed()
    let runs = 0
    const measure = () => firstPicture({ browser, command, photos, dir: join(dir, String(runs++)) })
    return [{ name: OURS, measure }]
  },
})

/** The command of the packed program, unpacked where it finds the packages that it needs. */
function installed(): string {
  mkdirSync(UNPACKED, { recursive: true })
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', UNPACKED], { cwd: ROOT })
  execFileSync('tar', ['-xzf', packed.toString('utf8').trim()], { cwd: UNPACKED })
  return join(UNPACKED, 'package/dist/cli/bin/spacedrive.mjs')
}

/** Every photo has contents of its own: bytes behind the end of a JPEG change nothing in the picture. */
async function manyPhotos(treeDir: string): Promise<string> {
  const few = await preparePhotos(treeDir)
  const folder = join(treeDir, `photos-${PHOTOS}`)
  if (existsSync(folder) && readdirSync(folder).length === PHOTOS) return folder
  mkdirSync(folder, { recursive: true })
  const names = readdirSync(few)
  for (let i = 0; i < PHOTOS; i++) {
    const photo = join(folder, `${i}.jpg`)
    copyFileSync(join(few, names[i % names.length]!), photo)
    appendFileSync(photo, String(i))
  }
  return folder
}

interface FirstPicture {
  readonly browser: Browser
  readonly command: string
  readonly photos: string
  /** A folder that does not exist: for the data, and for the code that Node has compiled. */
  readonly dir: string
}

async function firstPicture({ browser, command, dir, photos }: FirstPicture): Promise<Sample> {
  const dataDir = join(dir, 'data')
  const env = { ...process.env, XDG_CACHE_HOME: join(dir, 'cache') }
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / MS
  const quickstart = spawn(process.execPath, [command, 'quickstart', photos, '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  })
  const ended = once(quickstart, 'exit')
  try {
    const address = await addressPrinted(quickstart.stderr).then(seconds)
    await using page = await newPage(browser)
    const browse = new URLSearchParams({ path: photos, view: 'grid' })
    await page.goto(await signInLink(command, dataDir, `/browse?${browse.toString()}`), { waitUntil: 'commit' })
    await page.locator('[data-row] bdi').first().waitFor()
    const shown = seconds()
    await page.waitForFunction(isPictureShown)
    return { address, page: shown, picture: seconds() }
  } finally {
    quickstart.kill('SIGINT')
    await ended
    await stopDaemon({ dataDir })
    rmSync(dir, { recursive: true, force: true })
  }
}

async function addressPrinted(stderr: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface(stderr)) if (line.includes('http://')) break
  // What comes later is read too, so that the command never waits for a reader.
  stderr.resume()
}

declare const document: {
  querySelectorAll(selector: string): Iterable<{ readonly complete: boolean; readonly naturalWidth: number }>
}

/** Runs in the page. */
function isPictureShown(): boolean {
  return [...document.querySelectorAll('[data-row] img')].some((image) => image.complete && image.naturalWidth > 0)
}
