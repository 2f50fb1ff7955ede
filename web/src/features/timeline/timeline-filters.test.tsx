// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Answers } from '../../../testing/fake-daemon.ts'
import { aFile } from '../../../testing/things.ts'
import { readTimelineSearch } from './use-filters.ts'

const rome = { latitude: 41.9, longitude: 12.5, count: 2, south: 40, west: 10, north: 50, east: 20 }
const fiji = { latitude: -16, longitude: -179.5, count: 1, south: -20, west: -180, north: -10, east: -170 }

/** One photo that every limit lets through, except the camera Nikon. */
const answers: Answers = {
  'media.facets': ({ cell }) => ({
    cameras: [
      { camera: 'Canon EOS 40D', count: 3 },
      { camera: 'Nikon', count: 1 },
    ],
    located: 3,
    places: cell === 10 ? [rome, fiji] : [rome],
    truncated: cell === 10,
  }),
  'media.timeline': ({ camera }) => {
    const days = camera === 'Nikon' ? [] : [{ day: '2024-06-03', count: 1, fromFile: 0 }]
    return { total: days.length, months: [], days, basis: { metadata: days.length, file: 0 } }
  },
  'media.list': ({ camera }) => {
    const taken = { takenAt: '2024-06-03T12:00:00', takenFrom: 'metadata' as const, location: null, online: true }
    const items = camera === 'Nikon' ? [] : [{ ...aFile('/p/a.jpg'), ...taken }]
    return { items, total: items.length }
  },
}

afterEach(() => void vi.unstubAllGlobals())

const tile = () => screen.findByRole('gridcell', { name: /^a\.jpg/ })

test('a camera is chosen from those there are, and nothing that matches offers to show all', async () => {
  const { address, daemon, user } = await openPage('/timeline', { answers })
  await tile()
  const camera = screen.getByRole('combobox', { name: 'Camera' })
  expect(
    within(camera)
      .getAllByRole('option')
      .map((each) => each.textContent),
  ).toEqual(['Any camera', 'Canon EOS 40D (3)', 'Nikon (1)'])
  await user.selectOptions(camera, 'Nikon')
  expect(await screen.findByRole('heading', { name: 'No photos or films match' })).toBeTruthy()
  expect(address()).toContain('camera=Nikon')
  expect(daemon.asksOf('media.timeline').at(-1)).toMatchObject({ camera: 'Nikon' })
  await user.click(screen.getByRole('button', { name: 'Show all' }))
  await tile()
  expect(address()).not.toContain('camera')
})

test('icons and screenshots are left out by a switch, which is in the address', async () => {
  const { address, daemon, user } = await openPage('/timeline', { answers })
  await tile()
  const button = () => screen.getByRole('button', { name: 'Leave out icons and screenshots' })
  expect(button().getAttribute('aria-pressed')).toBe('false')
  await user.click(button())
  await waitFor(() => expect(button().getAttribute('aria-pressed')).toBe('true'))
  expect(address()).toContain('photos=true')
  await waitFor(() => expect(daemon.asksOf('media.timeline').at(-1)).toMatchObject({ photosOnly: true }))
})

test('the map has a circle and a line in the list for each place, and a press limits the photos to it', async () => {
  const { address, daemon, user } = await openPage('/timeline?map=true', { answers })
  const map = await screen.findByRole('region', { name: 'Map of places' })
  expect(within(map).getByRole('heading', { name: '3 photos with a place' })).toBeTruthy()
  expect(within(map).getByText('There are more places. Zoom in to see smaller ones.')).toBeTruthy()
  const places = within(map).getAllByRole('button', { pressed: false })
  expect(places.map((each) => each.textContent)).toEqual(['41.9° N, 12.5° E · 2', '16.0° S, 179.5° W · 1'])
  expect(
    [...map.querySelectorAll<SVGCircleElement>('circle[data-count]')].map((each) => each.dataset['count']),
  ).toEqual(['2', '1'])
  await user.click(places[0]!)
  await waitFor(() => expect(daemon.asksOf('media.list').at(-1)).toMatchObject({ within: '40,10,50,20' }))
  expect(address()).toContain('within=')
  const pressed = await screen.findByRole('button', { name: '41.9° N, 12.5° E · 2', pressed: true })
  expect(document.activeElement).toBe(pressed)
  await user.click(pressed)
  await waitFor(() => expect(address()).not.toContain('within='))
  await user.click(await screen.findByRole('button', { name: '16.0° S, 179.5° W · 1' }))
  await user.click(await screen.findByRole('button', { name: 'Show all places' }))
  await waitFor(() => expect(address()).not.toContain('within='))
})

test('keys zoom and move the map, and finer circles are asked for', async () => {
  const { daemon, user } = await openPage('/timeline?map=true', { answers })
  const map = await screen.findByRole('application', { name: /^Map\. Arrow keys move it/ })
  const seen = () => map.querySelector('svg')!.getAttribute('viewBox')
  expect(seen()).toBe('0 0 960 480')
  map.focus()
  await user.keyboard('+')
  expect(seen()).toBe('180 90 600 300')
  await waitFor(() => expect(daemon.asksOf('media.facets').at(-1)).toMatchObject({ cell: 5 }))
  await user.keyboard('{ArrowRight}{ArrowUp}')
  expect(seen()).toBe('300 30 600 300')
  fireEvent.pointerDown(map.querySelector('svg')!, { clientX: 100, clientY: 100 })
  fireEvent.pointerMove(map.querySelector('svg')!, { clientX: 200, clientY: 100 })
  expect(Number(seen()!.split(' ')[0])).toBeLessThan(300)
  await user.keyboard('0')
  expect(seen()).toBe('0 0 960 480')
})

test('photos without places say so', async () => {
  await openPage('/timeline?map=true', {
    answers: { ...answers, 'media.facets': () => ({ cameras: [], located: 0, places: [], truncated: false }) },
  })
  expect(await screen.findByText('None of these photos says where it was taken.')).toBeTruthy()
  expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Camera' }).disabled).toBe(true)
})

test('an address keeps what a filter can be', () => {
  expect(readTimelineSearch({ camera: 'Canon', within: '1,2,3.5,-4', photos: true, map: 'true', x: 1 })).toEqual({
    camera: 'Canon',
    within: '1,2,3.5,-4',
    photos: true,
    map: true,
  })
  expect(readTimelineSearch({ within: 'here', photos: 'no' })).toEqual({})
})

/** A window of a phone, in which no media query for a wide one holds. */
function makeNarrow(): void {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }))
}

test('in a narrow window one button has all filters, and its number says how many are set', async () => {
  makeNarrow()
  const { address, daemon, user } = await openPage('/timeline', { answers })
  await tile()
  expect(screen.queryByRole('combobox', { name: 'Camera' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Filters' }))
  const filters = within(await screen.findByRole('dialog', { name: 'Filters' }))
  await user.selectOptions(filters.getByRole('combobox', { name: 'What is shown' }), 'Photos only')
  await user.selectOptions(filters.getByRole('combobox', { name: 'Camera' }), 'Canon EOS 40D')
  await user.click(filters.getByRole('switch', { name: 'Leave out icons and screenshots' }))
  expect(address()).toBe('/timeline')
  await user.click(filters.getByRole('button', { name: 'Show photos' }))
  const button = await screen.findByRole('button', { name: 'Filters: 3 set' })
  expect(button.textContent).toBe('3')
  expect(screen.queryByRole('dialog')).toBeNull()
  const shown = { types: ['image'], camera: 'Canon EOS 40D', photosOnly: true }
  await waitFor(() => expect(daemon.asksOf('media.timeline').at(-1)).toMatchObject(shown))
  await tile()
  await user.click(button)
  await user.click(await screen.findByRole('button', { name: 'Remove all' }))
  await user.click(screen.getByRole('button', { name: 'Show photos' }))
  expect(await screen.findByRole('button', { name: 'Filters' })).toBeTruthy()
  await waitFor(() => expect(address()).not.toMatch(/only|camera|photos=/))
})

test('filters that were changed but not applied are as before when they are opened again', async () => {
  makeNarrow()
  const { address, user } = await openPage('/timeline', { answers })
  await tile()
  await user.click(screen.getByRole('button', { name: 'Filters' }))
  await user.click(await screen.findByRole('switch', { name: 'Map of places' }))
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await user.click(screen.getByRole('button', { name: 'Filters' }))
  const map = await screen.findByRole('switch', { name: 'Map of places' })
  expect(map.getAttribute('aria-checked')).toBe('false')
  expect(address()).toBe('/timeline')
})
