import { useOperation } from '../../api/index.ts'
import type { SearchSearch } from './search-search.ts'
import { nameOf, typeNames } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Hint, Said } from '../../ui/index.ts'
import { ExtBody, ModifiedBody, PlaceBody, SizeBody, TypeBody } from './filter-bodies.tsx'
import { FilterChip, SwitchChip } from './filter-chip.tsx'
import { messages } from './messages.ts'
import type { FilterId } from './search-input.ts'
import type { ChangeResults } from './use-change-results.ts'
import { useMeaningHindrance } from './use-meaning-hindrance.ts'
import { useMeaningIsEnglish } from './use-meaning-is-english.ts'

interface FilterBarProps {
  readonly search: SearchSearch
  readonly change: ChangeResults
  /** The filters that the search could not be carried out with. */
  readonly broken: ReadonlySet<FilterId>
}

const bodies = { type: TypeBody, ext: ExtBody, size: SizeBody, modified: ModifiedBody, in: PlaceBody }

/** What narrows and what widens a search, each a chip. */
export function FilterBar({ broken, change, search }: FilterBarProps) {
  const t = useMessages(messages)
  const values = useFilterValues(search)
  const hindrance = useMeaningHindrance()
  const isEnglish = useMeaningIsEnglish()
  const why = hindrance && <Said of={{ code: hindrance.cause, message: hindrance.reason }} />
  return (
    <div
      role="group"
      aria-label={t.narrow}
      className="relative flex min-w-0 flex-1 items-center gap-1.5 py-0.5 ps-0.5 max-sm:basis-full max-sm:overflow-x-auto max-sm:[scrollbar-width:none] sm:flex-wrap"
    >
      {(['type', 'ext', 'size', 'modified', 'in'] as const).map((id) => {
        const Body = bodies[id]
        return (
          <FilterChip
            key={id}
            label={t.filters[id]}
            value={values[id]}
            isBroken={broken.has(id)}
            onRemove={() => change({ [id]: undefined })}
          >
            {(close) => <Body search={search} change={change} onClose={close} />}
          </FilterChip>
        )
      })}
      <SwitchChip
        label={t.filters.names}
        isOn={search.names === true}
        onChange={(isOn) => change({ names: isOn || undefined })}
      />
      {hindrance === null || search.meaning ? (
        <SwitchChip
          label={isEnglish ? t.filters.meaningEnglish : t.filters.meaning}
          isOn={search.meaning === true}
          isBroken={broken.has('meaning')}
          onChange={(isOn) => change({ meaning: isOn || undefined, weak: undefined })}
        />
      ) : (
        <Hint text={<span className="max-w-80">{why}</span>}>
          <span tabIndex={0} className="text-faint inline-flex h-7 shrink-0 items-center rounded-full px-2.5">
            {t.filters.meaning}
            <span className="sr-only">: {why}</span>
          </span>
        </Hint>
      )}
      <SwitchChip
        label={t.filters.hidden}
        isOn={search.hidden === true}
        onChange={(isOn) => change({ hidden: isOn || undefined })}
      />
    </div>
  )
}

/** What filters let through, in words. */
export function useFilterValues({ ext, in: inside, modified, size, type }: SearchSearch) {
  const t = useMessages(messages)
  const names = useMessages(typeNames)
  const locations = useOperation('locations.list', {}).data ?? []
  const typeName = (value: string) =>
    value === 'folder' ? names.directory : Object.hasOwn(names, value) ? names[value as keyof typeof names] : value
  const placeName = (path: string) => locations.find((location) => location.path === path)?.name ?? nameOf(path)
  return {
    type: type?.map(typeName).join(', '),
    ext: ext?.join(', '),
    size: size !== undefined && size in t.sizes ? t.sizes[size as keyof typeof t.sizes] : size,
    modified: modified !== undefined && modified in t.times ? t.times[modified as keyof typeof t.times] : modified,
    in: inside?.map(placeName).join(', '),
  }
}
