import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { type MediaKind, mediaKinds } from '../../app/use-address.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Field, Popover, Select, Switch } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { type CameraChoice, useCameras } from './timeline-filters.tsx'
import type { Filters, FilterValues } from './use-filters.ts'
import type { MediaOf } from './use-media.ts'

type Values = FilterValues & { readonly only: MediaKind | undefined }

interface NarrowFiltersProps {
  readonly of: MediaOf
  readonly filters: Filters
  readonly onOnly: (only: MediaKind | undefined) => void
}

/** All filters of the timeline behind one button, where there is no room for them beside each other. */
export function NarrowFilters({ filters, of, onOnly }: NarrowFiltersProps) {
  const t = useMessages(messages)
  const [isOpen, setOpen] = useState(false)
  const cameras = useCameras(of)
  const { camera, hasMap, photosOnly, within } = filters
  const now: Values = { camera, hasMap, photosOnly, within, only: of.only }
  const count = countFilters(now)
  const apply = ({ only, ...values }: Values) => {
    setOpen(false)
    filters.set(values)
    if (only !== of.only) onOnly(only)
  }
  return (
    <Popover
      isOpen={isOpen}
      onOpenChange={setOpen}
      title={t.filters}
      trigger={
        <Button kind="quiet" icon={SlidersHorizontal} aria-label={t.filtersSet(count)} className="h-7 px-2">
          {count > 0 && (
            <span className="bg-accent text-on-accent min-w-4 rounded-full px-1 text-xs tabular-nums">{count}</span>
          )}
        </Button>
      }
    >
      <FilterForm now={now} cameras={cameras} onApply={apply} />
    </Popover>
  )
}

/** The map is a view of the photos and hides none. */
function countFilters({ camera, only, photosOnly, within }: Values): number {
  return [only !== undefined, camera !== undefined, within !== undefined, photosOnly].filter(Boolean).length
}

interface FilterFormProps {
  readonly now: Values
  readonly cameras: readonly CameraChoice[]
  readonly onApply: (values: Values) => void
}

/** Nothing changes until the filters are applied, all at once: the photos are asked for one time. */
function FilterForm({ cameras, now, onApply }: FilterFormProps) {
  const t = useMessages(messages)
  const [draft, setDraft] = useState(now)
  const change = (part: Partial<Values>) => setDraft({ ...draft, ...part })
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        onApply(draft)
      }}
    >
      <Field label={t.only}>
        {(ids) => (
          <Select
            {...ids}
            value={draft.only ?? 'all'}
            choices={(['all', ...mediaKinds] as const).map((value) => ({ value, label: t.kinds[value] }))}
            onChange={(value) => change({ only: value === 'all' ? undefined : value })}
          />
        )}
      </Field>
      <Field label={t.camera}>
        {(ids) => (
          <Select
            {...ids}
            value={draft.camera ?? ''}
            choices={cameras}
            onChange={(value) => change({ camera: value === '' ? undefined : value })}
            disabled={cameras.length === 1}
          />
        )}
      </Field>
      <SwitchRow label={t.photosOnly} isOn={draft.photosOnly} onChange={(photosOnly) => change({ photosOnly })} />
      <SwitchRow label={t.map} isOn={draft.hasMap} onChange={(hasMap) => change({ hasMap })} />
      <span className="flex justify-end gap-2">
        {countFilters(draft) > 0 && (
          <Button
            kind="quiet"
            onClick={() => change({ only: undefined, camera: undefined, within: undefined, photosOnly: false })}
          >
            {t.noFilters}
          </Button>
        )}
        <Button kind="primary" type="submit">
          {t.applyFilters}
        </Button>
      </span>
    </form>
  )
}

interface SwitchRowProps {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

function SwitchRow({ isOn, label, onChange }: SwitchRowProps) {
  return (
    <span className="flex items-center justify-between gap-3">
      <span aria-hidden>{label}</span>
      <Switch label={label} isOn={isOn} onChange={onChange} />
    </span>
  )
}
