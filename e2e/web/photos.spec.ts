import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { corpus, NO_CORPUS } from '../../core/testing/corpus.ts'
import { axeInEachLook } from './axe.ts'
import { expect, test } from './fixtures.ts'

test.describe('photos of real cameras, by the keyboard alone', () => {
  test.skip(corpus === null, NO_CORPUS)

  test('a photo is opened, the film strip walked, the photo rotated, and a slide show watched', async ({
    daemon,
    files,
    page,
  }) => {
    const names = [
      'exif-samples/jpg/gps/DSCN0010.jpg',
      'exif-samples/jpg/gps/DSCN0012.jpg',
      'exif-samples/jpg/Canon_40D.jpg',
    ]
    for (const name of names) files.write(basename(name), readFileSync(join(corpus!, name)))
    files.write('Screenshots/shot.jpg', readFileSync(join(corpus!, 'orientation/Landscape_1.jpg')))
    await files.index('deep')
    await page.clock.install()
    await daemon.open(page, `/timeline`)
    await expect(page.getByRole('gridcell')).toHaveCount(4)
    await expect(page.getByRole('heading', { level: 2, name: /2008$/ }).first()).toBeVisible()

    await page.getByRole('gridcell').first().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    const preview = page.getByRole('dialog')
    const strip = preview.getByRole('navigation', { name: 'Files beside it' })
    await expect(strip.getByRole('button')).toHaveCount(4)
    await page.keyboard.press('ArrowRight')
    await expect(preview.getByText('2 of 4')).toBeVisible()
    const shown = preview.getByRole('img').last()
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await page.keyboard.press('r')
    await expect(shown.locator('..')).toHaveAttribute('style', /rotate\(90deg\)/)
    await page.keyboard.press('i')
    await expect(preview.getByRole('complementary', { name: 'Details' })).toContainText('Camera')
    expect(await axeInEachLook(page)).toEqual([])
    await page.keyboard.press('?')
    await expect(preview.getByRole('complementary', { name: 'Keys of the preview' })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('s')
    await page.clock.fastForward(5_000)
    await expect(preview.getByText('3 of 4')).toBeVisible()
    await page.keyboard.press('s')
    await page.keyboard.press('Escape')
    await expect(preview).toBeHidden()
  })

  test('the timeline is limited to a camera, to a place on the map, and to photos', async ({ daemon, files, page }) => {
    files.write('a.jpg', readFileSync(join(corpus!, 'exif-samples/jpg/gps/DSCN0010.jpg')))
    files.write('b.jpg', readFileSync(join(corpus!, 'exif-samples/jpg/Canon_40D.jpg')))
    files.write('Screenshots/c.png', readFileSync(join(corpus!, 'orientation/Landscape_1.jpg')))
    await files.index('deep')
    await daemon.open(page, '/timeline')
    await expect(page.getByRole('gridcell')).toHaveCount(3)
    const photosOnly = page.getByRole('button', { name: 'Leave out icons and screenshots' })
    await photosOnly.press('Enter')
    await expect(page.getByRole('gridcell', { name: /^c\.png/ })).toHaveCount(0)
    await photosOnly.press('Enter')
    await page.getByRole('button', { name: 'Map of places' }).press('Enter')
    const map = page.getByRole('region', { name: 'Map of places' })
    await expect(map.locator('circle[data-count]')).toHaveCount(1)
    expect(await axeInEachLook(page)).toEqual([])
    await map.getByRole('button', { name: /43\.5° N, 11\.9° E/ }).press('Enter')
    await expect(page.getByRole('gridcell')).toHaveCount(1)
    await expect(page.getByRole('gridcell', { name: /^a\.jpg/ })).toBeVisible()
    await expect(map.getByRole('button', { pressed: true })).toBeFocused()
    const world = map.getByRole('application')
    await world.focus()
    await page.keyboard.press('+')
    await page.keyboard.press('ArrowRight')
    await expect(world.locator('svg').first()).not.toHaveAttribute('viewBox', '0 0 960 480')
    await page.reload()
    await expect(page.getByRole('gridcell')).toHaveCount(1)
    await page.getByRole('combobox', { name: 'Camera' }).selectOption('Canon EOS 40D')
    await expect(page.getByRole('heading', { name: 'No photos or films match' })).toBeVisible()
    await page.getByRole('button', { name: 'Show all', exact: true }).press('Enter')
    await expect(page.getByRole('gridcell')).toHaveCount(3)
  })
})
