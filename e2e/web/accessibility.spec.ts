import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { makePdf, makeZip } from '../../core/testing/documents/index.ts'
import { axe, axeInEachLook, settled } from './axe.ts'
import { expect, test, type TestDaemon, type TestFolder } from './fixtures.ts'

/** A place of the explorer: how to get there, and what shows that one is there. */
interface Place {
  readonly name: string
  readonly go: (world: World) => Promise<void>
}

interface World {
  readonly daemon: TestDaemon
  readonly files: TestFolder
  readonly page: Page
}

const folders: readonly Place[] = [
  ...['list', 'grid', 'columns'].map((view) => ({
    name: `a folder, view ${view}`,
    go: (world: World) => browse(world, { view }),
  })),
  ...['timeline', 'size'].map((view) => ({
    name: `a folder, view ${view}`,
    go: (world: World) => route(world, world.files.address({ view })),
  })),
  {
    name: 'a row is chosen, with the inspector',
    go: (world) => browse(world, { view: 'list', sel: join(world.files.path, 'photo.jpg'), inspector: 'true' }),
  },
  {
    name: 'an empty folder',
    go: (world) => goTo(world, world.files.address({ view: 'list' }, 'empty')),
  },
  {
    name: 'no such folder',
    go: (world) => goTo(world, world.files.address({ view: 'list' }, 'none')),
  },
]

const previews: readonly Place[] = [
  'photo.jpg',
  'text.txt',
  'paper.pdf',
  'bundle.zip',
  'page.html',
  'drawing.svg',
  'broken.jpg',
  'sound.wav',
].map((file) => ({ name: `preview of ${file}`, go: (world) => preview(world, file) }))

const pages: readonly Place[] = [
  { name: 'search', go: (world) => route(world, '/search') },
  { name: 'results', go: (world) => route(world, '/search?q=photo') },
  { name: 'no results', go: (world) => route(world, '/search?q=zzzzqqqq') },
  { name: 'timeline', go: (world) => route(world, '/timeline') },
  { name: 'duplicates', go: (world) => route(world, '/duplicates') },
  { name: 'statistics', go: (world) => route(world, '/statistics') },
  { name: 'devices', go: (world) => route(world, '/devices') },
  { name: 'jobs', go: (world) => route(world, '/jobs') },
  { name: 'locations', go: (world) => route(world, '/locations') },
  { name: 'settings', go: (world) => route(world, '/settings') },
  { name: 'no such page', go: (world) => route(world, '/nowhere') },
]

const overlays: readonly Place[] = [
  { name: 'details of a job', go: (world) => dialog(world, '/jobs', 'Details') },
  { name: 'settings of a location', go: (world) => dialog(world, '/locations', 'Settings') },
  { name: 'a location is removed', go: (world) => dialog(world, '/locations', 'Remove') },
  { name: 'a folder is picked', go: (world) => dialog(world, '/locations', 'Add a folder') },
  { name: 'commands', go: (world) => keys(world, 'Control+k') },
  { name: 'keys', go: (world) => keys(world, 'Shift+?') },
  {
    name: 'menu of a file',
    async go(world) {
      await browse(world, { view: 'list' })
      await world.page.getByRole('row', { name: /^photo.jpg/ }).click({ button: 'right' })
      await expect(world.page.getByRole('menu')).toBeVisible()
    },
  },
  {
    name: 'menu of libraries',
    async go(world) {
      await route(world, '/jobs')
      // On a narrow screen the places are in a drawer.
      const open = world.page.getByRole('button', { name: 'Open places' })
      const library = world.page.getByRole('button', { name: /^Library/ })
      await expect(open.or(library).first()).toBeVisible()
      if (await open.isVisible()) await open.click()
      await library.click()
      await expect(world.page.getByRole('menu')).toBeVisible()
    },
  },
  {
    name: 'a path is typed',
    async go(world) {
      await browse(world, { view: 'list' })
      await world.page.keyboard.press('Control+g')
      await expect(world.page.getByRole('combobox', { name: 'Path' })).toBeFocused()
      await world.page.getByRole('combobox', { name: 'Path' }).fill(join(world.files.path, 'a '))
      await expect(world.page.getByRole('option').first()).toBeVisible()
    },
  },
]

/** Every route, and what can stand open over it: parts that browsers take side by side. */
const parts = [
  { name: 'folders', places: folders },
  { name: 'previews', places: previews },
  { name: 'pages', places: pages },
  { name: 'what opens over a page', places: overlays },
] as const

for (const { name, places } of parts)
  test(`axe finds nothing in ${name}, in any look`, async ({ daemon, files, page }) => {
    test.setTimeout(LONG_MS)
    await fill(files)
    const found = await visitAll({ daemon, files, page }, places, () => axeInEachLook(page))
    expect(found).toEqual([])
  })

test('axe finds nothing in the first run, nor where nobody is signed in', async ({ browser, daemon, page }) => {
  await daemon.open(page, '/')
  await expect(page.getByLabel('Where are your files?')).toBeVisible()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Browse' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await axe(page)).toEqual([])
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(daemon.origin)
  await expect(stranger.getByRole('heading', { name: 'This browser is not signed in' })).toBeVisible()
  expect(await axe(stranger)).toEqual([])
  await stranger.context().close()
})

const sizes = [
  // What 1280 pixels are at 200 %.
  { name: 'at 200 % zoom', viewport: { width: 640, height: 400 } },
  { name: 'in a window 320 pixels wide', viewport: { width: 320, height: 640 } },
] as const

/** What each size must reach. */
const everywhere = parts.flatMap(({ places }) => places)

for (const { name, viewport } of sizes)
  test(`${name} nothing is out of reach, and nothing is scrolled sideways`, async ({ daemon, files, page }) => {
    test.setTimeout(LONG_MS)
    await fill(files)
    await page.setViewportSize(viewport)
    const found = await visitAll({ daemon, files, page }, everywhere, () => page.evaluate(outOfReach))
    expect(found).toEqual([])
  })

test('nothing moves for those who want no motion', async ({ daemon, files, page }) => {
  await fill(files)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await daemon.open(page, '/jobs')
  const moving = () => page.evaluate<number>('document.getAnimations().length')
  await browse({ daemon, files, page }, { view: 'grid' })
  expect(await moving()).toBe(0)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await moving()).toBe(0)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.getByRole('gridcell', { name: 'photo.jpg', exact: true }).hover()
  expect(await moving()).toBe(0)
})

test('the focused element is visible and never covered', async ({ daemon, files, page }) => {
  for (let i = 0; i < 100; i++) files.write(`many/file ${i}.txt`)
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }, 'many'))
  await expect(page.getByRole('row', { name: 'file 1.txt' })).toBeVisible()
  for (let i = 0; i < TAB_STOPS; i++) {
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate(hiddenFocus), `after Tab ${i + 1}`).toBeNull()
  }
  await page.getByRole('row', { name: 'file 1.txt' }).click()
  for (const key of ['PageDown', 'PageDown', 'ArrowDown', 'PageUp', 'End', 'ArrowUp', 'Home']) {
    await page.keyboard.press(key)
    await expect.poll(() => page.evaluate(hiddenFocus), `after ${key}`).toBeNull()
  }
})

/** For some thirty places. */
const LONG_MS = 600_000
/** Characters of why a place could not be shown. */
const REASON = 400
/** More than a page has. */
const TAB_STOPS = 40

/** Files of every kind that is shown in its own way. */
async function fill(files: TestFolder): Promise<void> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 30 }
  const photo = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#468', noise } })
    .jpeg()
    .toBuffer()
  files.write('photo.jpg', photo)
  files.write('copy of photo.jpg', photo)
  files.write('text.txt', 'A line of text.\n'.repeat(200))
  files.write('paper.pdf', makePdf(['Whale number one', 'Whale number two']))
  files.write('bundle.zip', makeZip({ 'notes/one.txt': 'x', 'two.txt': 'y' }))
  files.write('page.html', '<!doctype html><h1>Hello</h1><script>1</script>')
  files.write('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>')
  files.write('broken.jpg', Buffer.from('ffd8ffe000104a464946000101', 'hex'))
  files.write('sound.wav', silence())
  files.write(`${'a very long name '.repeat(12)}.txt`)
  files.write('a folder/inside.txt')
  files.mkdir('empty')
  await files.index('content')
}

/** A second of nothing, as a recording. */
function silence(): Buffer {
  const header = Buffer.from('524946460000000057415645666d74201000000001000100401f0000803e00000200100064617461', 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(16_000)
  return Buffer.concat([header, length, Buffer.alloc(16_000)])
}

/** What is found at each place, with its name. */
async function visitAll(
  world: World,
  places: readonly Place[],
  look: () => Promise<readonly string[]>,
): Promise<string[]> {
  const found: string[] = []
  await world.daemon.open(world.page, '/jobs')
  for (const { go, name } of places) {
    await test.step(name, async () => {
      try {
        await go(world)
        found.push(...(await look()).map((each) => `${name}: ${each}`))
      } catch (err) {
        // The other places are looked at all the same.
        found.push(`${name}: ${String(err).slice(0, REASON)}`)
      }
    })
  }
  return found
}

/** Goes to an address, signed in already. */
async function goTo({ daemon, page }: World, address: string): Promise<void> {
  await page.goto(new URL(address, daemon.origin).href)
}

async function browse(world: World, search: Readonly<Record<string, string>>): Promise<void> {
  const { files, page } = world
  await goTo(world, files.address(search))
  await expect(
    page
      .getByText('photo.jpg')
      .or(page.getByText('photo', { exact: true }))
      // On a narrow window it may be below the visible part.
      .or(page.getByRole('gridcell'))
      .first(),
  ).toBeVisible()
  await settled(page)
}

async function preview(world: World, name: string): Promise<void> {
  const { files, page } = world
  await goTo(world, files.address({ view: 'list', sel: join(files.path, name), preview: 'true' }))
  await expect(page.getByRole('dialog', { name: `Preview of ${name}` })).toBeVisible()
  await settled(page)
}

async function route(world: World, address: string): Promise<void> {
  const { page } = world
  await goTo(world, address)
  await expect(
    page
      .getByRole('main')
      .getByRole('heading')
      .or(page.getByRole('button', { name: 'Type a path' }))
      .first(),
  ).toBeAttached()
  await settled(page)
}

async function dialog(world: World, address: string, button: string): Promise<void> {
  await route(world, address)
  await world.page.getByRole('main').getByRole('button', { name: button }).first().click()
  await expect(world.page.getByRole('dialog')).toBeVisible()
  await settled(world.page)
}

async function keys(world: World, pressed: string): Promise<void> {
  await route(world, '/jobs')
  await world.page.keyboard.press(pressed)
  await expect(world.page.getByRole('dialog')).toBeVisible()
}

/* What follows runs in the page; these are the parts of it that are used. */
interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly width: number
  readonly height: number
}
interface PageElement {
  readonly outerHTML: string
  readonly parentElement: PageElement | null
  readonly scrollWidth: number
  readonly clientWidth: number
  checkVisibility(): boolean
  contains(other: PageElement | null): boolean
  closest(selector: string): PageElement | null
  getBoundingClientRect(): Box
}
declare const document: {
  readonly documentElement: PageElement
  readonly body: PageElement
  readonly activeElement: PageElement
  querySelectorAll(selector: string): Iterable<PageElement>
  elementFromPoint(x: number, y: number): PageElement | null
}
declare function getComputedStyle(element: PageElement): { readonly overflowX: string }
declare const innerWidth: number
declare const innerHeight: number

/** What can be used but lies beside the window, where nothing scrolls it in; and whether the page scrolls sideways. */
function outOfReach(): string[] {
  const found: string[] = []
  const { clientWidth, scrollWidth } = document.documentElement
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} pixels wide`)
  for (const element of document.querySelectorAll('a, button, input, select, textarea, [role="menuitem"], h1, h2')) {
    const { height, left, right, width } = element.getBoundingClientRect()
    if (!element.checkVisibility() || width <= 1 || height <= 1 || (left >= -1 && right <= innerWidth + 1)) continue
    let holder = element.parentElement
    while (holder && !['auto', 'scroll'].includes(getComputedStyle(holder).overflowX)) holder = holder.parentElement
    if (!holder) found.push(`${Math.round(left)}–${Math.round(right)}: ${element.outerHTML.slice(0, 200)}`)
  }
  return found
}

/** What has the focus, where it is not seen; null where it is, and where nothing has it. */
function hiddenFocus(): string | null {
  const element = document.activeElement
  if (element === document.body) return null
  const { bottom, left, right, top } = element.getBoundingClientRect()
  const x = Math.min(Math.max((left + right) / 2, 0), innerWidth - 1)
  const y = Math.min(Math.max((top + bottom) / 2, 0), innerHeight - 1)
  const above = document.elementFromPoint(x, y)
  const isSeen = above !== null && (element.contains(above) || above.contains(element))
  return isSeen ? null : element.outerHTML.slice(0, 200)
}
