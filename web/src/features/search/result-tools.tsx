import { ArrowDownUp, LayoutGrid, List, PanelRight } from 'lucide-react'
import { useCommand, useKeysOf } from '../../app/command-keys.tsx'
import { resultSorts, type SearchSearch } from './search-search.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, IconButton, Menu, MenuChoice, MenuLine, MenuSwitch } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { ChangeResults } from './use-change-results.ts'

interface ResultToolsProps {
  readonly search: SearchSearch
  readonly change: ChangeResults
}

/** In which order results stand, and how they are shown. */
export function ResultTools({ change, search }: ResultToolsProps) {
  const t = useMessages(messages)
  const { inspector, view = 'list' } = search
  const show = (next: 'list' | 'grid') => change({ view: next === 'list' ? undefined : next }, { replace: true })
  useCommand('view-list', () => show('list'))
  useCommand('view-grid', () => show('grid'))
  const inspect = () => change({ inspector: inspector ? undefined : true }, { replace: true })
  useCommand('inspector', inspect)
  return (
    <div className="flex shrink-0 items-center gap-1">
      <SortMenu search={search} change={change} />
      <div role="group" aria-label={t.view} className="flex">
        <IconButton
          icon={List}
          label={t.list}
          keys={useKeysOf('view-list')}
          isPressed={view === 'list'}
          onClick={() => show('list')}
        />
        <IconButton
          icon={LayoutGrid}
          label={t.grid}
          keys={useKeysOf('view-grid')}
          isPressed={view === 'grid'}
          onClick={() => show('grid')}
        />
      </div>
      <IconButton
        icon={PanelRight}
        label={t.info}
        keys={useKeysOf('inspector')}
        isPressed={inspector === true}
        onClick={inspect}
      />
    </div>
  )
}

function SortMenu({ change, search: { reverse, sort = 'relevance' } }: ResultToolsProps) {
  const t = useMessages(messages)
  const choices = resultSorts.map((value) => ({ value, label: t.sorts[value] }))
  return (
    <Menu
      align="end"
      trigger={
        <Button kind="quiet" icon={ArrowDownUp} aria-label={`${t.sort}: ${t.sorts[sort]}`} className="h-7 px-2">
          <span className="max-wide:hidden">{t.sorts[sort]}</span>
        </Button>
      }
    >
      <MenuChoice
        label={t.sort}
        value={sort}
        choices={choices}
        onChange={(next) => change({ sort: next === 'relevance' ? undefined : next, reverse: undefined })}
      />
      {sort !== 'relevance' && (
        <>
          <MenuLine />
          <MenuSwitch isOn={reverse === true} onChange={(isOn) => change({ reverse: isOn || undefined })}>
            {t.reverse}
          </MenuSwitch>
        </>
      )}
    </Menu>
  )
}
