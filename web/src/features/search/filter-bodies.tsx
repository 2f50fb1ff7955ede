import { useState } from 'react'
import { useOperation } from '../../api/index.ts'
import type { SearchSearch } from './search-search.ts'
import { nameOf, typeNames } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeName } from '../../ui/index.ts'
import { CheckList, Presets } from './choice-list.tsx'
import { FreeValue } from './free-value.tsx'
import { messages } from './messages.ts'
import { daysBetween, extPresets, readExtensions, sizePresets, timePresets, typeChoices } from './presets.ts'
import type { ChangeResults, ResultsChange } from './use-change-results.ts'

export interface FilterBodyProps {
  readonly search: SearchSearch
  readonly change: ChangeResults
  readonly onClose: () => void
}

/** What the filters need that other pages have as well. */
export interface PlaceAndTypeProps {
  readonly search: Pick<SearchSearch, 'type' | 'in'>
  readonly change: (change: Pick<ResultsChange, 'type' | 'in'>) => void
  readonly onClose: () => void
}

export function TypeBody({ change, search: { type = [] } }: PlaceAndTypeProps) {
  const t = useMessages(messages)
  const names = useMessages(typeNames)
  return (
    <CheckList
      label={t.filters.type}
      columns={2}
      choices={typeChoices.map((value) => ({ value, label: value === 'folder' ? names.directory : names[value] }))}
      chosen={type}
      onChange={(chosen) => change({ type: someOf(chosen) })}
    />
  )
}

export function ExtBody({ change, onClose, search: { ext = [] } }: FilterBodyProps) {
  const t = useMessages(messages)
  return (
    <>
      <CheckList
        label={t.filters.ext}
        columns={2}
        choices={[...new Set([...extPresets, ...ext])].map((value) => ({ value, label: value }))}
        chosen={ext}
        onChange={(chosen) => change({ ext: someOf(chosen) })}
      />
      <FreeValue
        label={t.ownExt}
        hint={t.ownExtHint}
        value={ext.join(', ')}
        onSet={(value) => {
          change({ ext: someOf(readExtensions(value)) })
          onClose()
        }}
      />
    </>
  )
}

export function SizeBody({ change, onClose, search: { size } }: FilterBodyProps) {
  const t = useMessages(messages)
  const set = (value: string) => {
    change({ size: value })
    onClose()
  }
  return (
    <>
      <Presets
        label={t.filters.size}
        choices={sizePresets.map((value) => ({ value, label: t.sizes[value] }))}
        chosen={size}
        onChoose={set}
      />
      <FreeValue
        label={t.ownSize}
        hint={t.ownSizeHint}
        value={size ?? ''}
        asFilter={(value) => ({ size: value })}
        onSet={set}
      />
    </>
  )
}

export function ModifiedBody({ change, onClose, search: { modified } }: FilterBodyProps) {
  const t = useMessages(messages)
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const range = daysBetween(from, to)
  const set = (value: string) => {
    change({ modified: value })
    onClose()
  }
  return (
    <>
      <Presets
        label={t.filters.modified}
        choices={timePresets.map((value) => ({ value, label: t.times[value] }))}
        chosen={modified}
        onChoose={set}
      />
      <div className="flex items-end gap-2">
        <DayField label={t.from} value={from} onChange={setFrom} />
        <DayField label={t.to} value={to} onChange={setTo} />
        <Button disabled={range === null} onClick={() => range !== null && set(range)}>
          {t.set}
        </Button>
      </div>
      <FreeValue
        label={t.ownTime}
        hint={t.ownTimeHint}
        value={modified ?? ''}
        asFilter={(value) => ({ modified: value })}
        onSet={set}
      />
    </>
  )
}

function DayField({ label, onChange, value }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="flex min-w-0 flex-1 flex-col gap-1 text-xs font-medium">
      {label}
      <input
        type="date"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="rounded-control border-line-strong bg-raised h-8 w-full min-w-0 border px-1 text-xs font-normal"
      />
    </label>
  )
}

export function PlaceBody({ change, onClose, search: { in: inside = [] } }: PlaceAndTypeProps) {
  const t = useMessages(messages)
  const locations = useOperation('locations.list', {}).data ?? []
  const others = inside.filter((path) => locations.every((location) => location.path !== path))
  const choices = [
    ...locations.map(({ name, path }) => ({ value: path, label: <SafeName name={name} isCut /> })),
    ...others.map((path) => ({ value: path, label: <SafeName name={nameOf(path)} isCut /> })),
  ]
  return (
    <>
      {choices.length > 0 && (
        <CheckList
          label={t.filters.in}
          choices={choices}
          chosen={inside}
          onChange={(chosen) => change({ in: someOf(chosen) })}
        />
      )}
      <FreeValue
        label={t.ownPlace}
        hint={t.ownPlaceHint}
        value=""
        asFilter={(value) => ({ location: [value] })}
        onSet={(value) => {
          change({ in: [...new Set([...inside, value])] })
          onClose()
        }}
      />
    </>
  )
}

/** Undefined where there is none: an address does not name what is not set. */
function someOf(values: readonly string[]): readonly string[] | undefined {
  return values.length > 0 ? values : undefined
}
