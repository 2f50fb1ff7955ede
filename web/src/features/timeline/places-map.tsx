import type { OutputOf } from '@spacedrive/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { geoGraticule10, geoNaturalEarth1, geoPath } from 'd3-geo'
import { Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, useMemo, useRef } from 'react'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import { ask } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useLocale, useMessages } from '../../i18n/index.ts'
import { Button, cn, ErrorNote, IconButton, Skeleton } from '../../ui/index.ts'
import {
  boxText,
  cellFor,
  coordinatesText,
  MAX_ZOOM,
  type MapView,
  movedView,
  WHOLE_WORLD,
  WORLD,
  zoomedView,
} from './map-view.ts'
import { messages } from './messages.ts'
import { type MediaOf, toInput } from './use-media.ts'

type Place = OutputOf<'media.facets'>['places'][number]

const STEP = 1.6
/** Part of the window that an arrow key moves by. */
const MOVE = 0.2

/** What stays of a map while the photos below it are others. */
export interface MapState {
  readonly view: MapView
  readonly setView: (view: MapView) => void
  /** The place that was chosen last and takes the focus again. */
  readonly chosen: string | null
  readonly setChosen: (place: string) => void
}

interface PlacesMapProps {
  readonly of: MediaOf
  readonly state: MapState
  readonly onPlace: (within: string | undefined) => void
}

/** Where photos were taken: a map for the pointer and the keyboard, and the same as a list. It needs no server. */
export function PlacesMap({ of, onPlace, state: { chosen, setChosen, setView, view } }: PlacesMapProps) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const locale = useLocale()
  const { camera: _, within, ...all } = of
  const facets = useQuery({
    ...ask('media.facets', { ...toInput({ ...all, camera: undefined, within: undefined }), cell: cellFor(view.zoom) }),
    placeholderData: keepPreviousData,
  })
  const world = useWorld()
  if (facets.error) return <ErrorNote error={facets.error} title={t.mapFailed} className="m-4" />
  if (!facets.data || !world) return <Skeleton className="m-2 h-60" />
  const { located, places, truncated } = facets.data
  if (located === 0) return <p className="text-muted border-line border-b px-4 py-2">{t.nowhere}</p>
  const choose = (place: Place) => {
    setChosen(boxText(place))
    onPlace(boxText(place) === within ? undefined : boxText(place))
  }
  const refocus = (button: HTMLButtonElement | null, place: Place) => {
    if (button && chosen === boxText(place)) button.focus()
  }
  const nameOf = (place: Place) => t.place(coordinatesText(place, t, locale), count(place.count))
  return (
    <section aria-label={t.map} className="border-line flex h-72 shrink-0 border-b max-wide:h-96 max-wide:flex-col">
      <World {...{ places, view, setView, within, choose, world }} />
      <div className="border-line w-72 overflow-y-auto border-s p-2 max-wide:w-auto max-wide:flex-1 max-wide:border-s-0">
        <h2 className="px-2 pb-1 font-semibold">{t.placesOf(located)}</h2>
        {within !== undefined && (
          <Button className="mb-1" onClick={() => onPlace(undefined)}>
            {t.anyPlace}
          </Button>
        )}
        <ul>
          {places.map((place) => (
            <li key={boxText(place)}>
              <button
                ref={(button) => refocus(button, place)}
                type="button"
                aria-pressed={boxText(place) === within}
                onClick={() => choose(place)}
                className={cn(
                  'press rounded-control hover:bg-hover w-full px-2 py-1 text-start tabular-nums',
                  boxText(place) === within && 'bg-accent-soft',
                )}
              >
                {nameOf(place)}
              </button>
            </li>
          ))}
        </ul>
        {truncated && <p className="text-muted px-2 py-1">{t.morePlaces}</p>}
      </div>
    </section>
  )
}

interface WorldProps {
  readonly places: readonly Place[]
  readonly view: MapView
  readonly setView: (view: MapView) => void
  readonly within: string | undefined
  readonly choose: (place: Place) => void
  readonly world: Topology<{ countries: GeometryCollection }>
}

function World({ choose, places, setView, view, within, world }: WorldProps) {
  const t = useMessages(messages)
  const drawn = useMemo(() => {
    const projection = geoNaturalEarth1().fitSize([WORLD.width, WORLD.height], { type: 'Sphere' })
    const path = geoPath(projection)
    return {
      projection,
      countries: path(feature(world, world.objects.countries)) ?? '',
      lines: path(geoGraticule10()) ?? '',
      sphere: path({ type: 'Sphere' }) ?? '',
    }
  }, [world])
  const held = useRef<{ x: number; y: number } | null>(null)
  const size = { width: WORLD.width / view.zoom, height: WORLD.height / view.zoom }
  const by = (factor: number) => setView(zoomedView(view, factor, WORLD))
  const move = (x: number, y: number) => setView(movedView(view, { x, y }, WORLD))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const steps: Record<string, () => void> = {
      ArrowLeft: () => move(-size.width * MOVE, 0),
      ArrowRight: () => move(size.width * MOVE, 0),
      ArrowUp: () => move(0, -size.height * MOVE),
      ArrowDown: () => move(0, size.height * MOVE),
      '+': () => by(STEP),
      '-': () => by(1 / STEP),
      '0': () => setView(WHOLE_WORLD),
    }
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    step()
  }
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    if (!held.current) return
    const { height, width } = event.currentTarget.getBoundingClientRect()
    const scale = Math.max(size.width / width, size.height / height)
    move((held.current.x - event.clientX) * scale, (held.current.y - event.clientY) * scale)
    held.current = { x: event.clientX, y: event.clientY }
  }
  return (
    // It takes the arrow keys itself; the list beside it is for readers.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- no other role is for a map that keys move
    <div
      role="application"
      aria-label={t.mapKeys}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="relative min-h-0 min-w-0 flex-1 outline-offset-[-2px]"
    >
      <svg
        aria-hidden
        viewBox={`${view.x - size.width / 2} ${view.y - size.height / 2} ${size.width} ${size.height}`}
        className="bg-sunken size-full touch-none"
        onPointerDown={(event) => (held.current = { x: event.clientX, y: event.clientY })}
        onPointerMove={onPointerMove}
        onPointerUp={() => (held.current = null)}
        onPointerLeave={() => (held.current = null)}
        onWheel={(event) => by(event.deltaY < 0 ? STEP : 1 / STEP)}
      >
        <path d={drawn.sphere} className="fill-panel" />
        <path d={drawn.lines} className="stroke-line fill-none" strokeWidth={0.5 / view.zoom} />
        <path d={drawn.countries} className="fill-hover stroke-line-strong" strokeWidth={0.5 / view.zoom} />
        {places.map((place) => {
          const [x, y] = drawn.projection([place.longitude, place.latitude]) ?? [0, 0]
          return (
            <circle
              key={boxText(place)}
              cx={x}
              cy={y}
              r={(5 + 3 * Math.log10(place.count)) / view.zoom}
              data-count={place.count}
              onClick={() => choose(place)}
              strokeWidth={1.5 / view.zoom}
              className={cn('stroke-canvas', boxText(place) === within ? 'fill-accent-hover' : 'fill-accent')}
            />
          )
        })}
      </svg>
      <div className="rounded-tile bg-raised border-line absolute end-2 bottom-2 flex border p-0.5">
        <IconButton icon={ZoomOut} label={t.zoomOut} keys="-" disabled={view.zoom <= 1} onClick={() => by(1 / STEP)} />
        <IconButton icon={ZoomIn} label={t.zoomIn} keys="+" disabled={view.zoom >= MAX_ZOOM} onClick={() => by(STEP)} />
        <IconButton icon={Maximize} label={t.wholeWorld} keys="0" onClick={() => setView(WHOLE_WORLD)} />
      </div>
    </div>
  )
}

/** The outlines of the countries, which are loaded with the first map; undefined until then. */
function useWorld() {
  return useQuery({
    queryKey: ['world'],
    staleTime: Infinity,
    queryFn: async () => {
      const { default: topology } = await import('world-atlas/countries-110m.json')
      return topology as unknown as Topology<{ countries: GeometryCollection }>
    },
  }).data
}
