import { Camera, MapPin, MonitorX } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { IconButton, Select } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { Filters } from './use-filters.ts'
import { type MediaOf, toInput } from './use-media.ts'

interface TimelineFiltersProps {
  readonly of: MediaOf
  readonly filters: Filters
}

/** The camera, the map of places, and whether icons and screenshots are left out. */
export function TimelineFilters({ filters, of }: TimelineFiltersProps) {
  const t = useMessages(messages)
  const { camera, hasMap, photosOnly, set } = filters
  const cameras = useCameras(of)
  return (
    <div role="group" aria-label={t.filters} className="flex items-center gap-1">
      <span className="flex items-center gap-1">
        <Camera size={16} strokeWidth={1.5} aria-hidden className="text-muted" />
        {/* As wide before its cameras are known as afterwards: the content below must not move. */}
        <Select
          aria-label={t.camera}
          value={camera ?? ''}
          choices={cameras}
          onChange={(value) => set({ camera: value === '' ? undefined : value })}
          disabled={cameras.length === 1}
          title={cameras.find(({ value }) => value === (camera ?? ''))?.label}
          className="w-60 max-xl:w-36"
        />
      </span>
      <IconButton icon={MapPin} label={t.map} isPressed={hasMap} onClick={() => set({ hasMap: !hasMap })} />
      <IconButton
        icon={MonitorX}
        label={t.photosOnly}
        isPressed={photosOnly}
        onClick={() => set({ photosOnly: !photosOnly })}
      />
    </div>
  )
}

export interface CameraChoice {
  /** Empty for any camera. */
  readonly value: string
  readonly label: string
}

/** The cameras that the photos were taken with, and first the choice of any. */
export function useCameras(of: MediaOf): readonly CameraChoice[] {
  const t = useMessages(messages)
  const { count } = useFormat()
  const { camera } = of
  const { data } = useOperation('media.facets', toInput({ ...of, camera: undefined, within: undefined }))
  const known = data?.cameras ?? []
  // One that is chosen can be taken back, even if no photo of it is left.
  const cameras =
    camera === undefined || known.some((each) => each.camera === camera) ? known : [{ camera, count: 0 }, ...known]
  const any = { value: '', label: t.anyCamera }
  return [any, ...cameras.map((each) => ({ value: each.camera, label: `${each.camera} (${count(each.count)})` }))]
}
