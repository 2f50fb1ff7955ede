import { ChevronDown, ChevronUp, SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { cn, ContextMenu, IconButton, Menu, MenuItem, MenuLine, MenuSwitch, ResizeHandle } from '../../ui/index.ts'
import type { Sort } from './browse-search.ts'
import { COLUMN, columnIds, useColumnLayout, useColumnsKept, withColumn, withWidth } from './columns-kept.ts'
import { columns, widthOf } from './list-columns.ts'
import { messages } from './messages.ts'

interface ListHeaderProps {
  readonly listing: { readonly path: string; readonly sort: Sort; readonly reverse: boolean }
  readonly onSort: (sort: Sort) => void
}

/** The names of the columns: a click sorts, the line before a column resizes it, the menu shows and hides columns. */
export function ListHeader({ listing, onSort }: ListHeaderProps) {
  const t = useMessages(messages)
  const { path } = listing
  const { layout } = useColumnLayout(path)
  const set = useColumnsKept((kept) => kept.set)
  return (
    <ContextMenu
      area={
        <div
          role="rowgroup"
          className="border-line overflow-y-scroll border-b [scrollbar-color:transparent_transparent]"
        >
          <div role="row" aria-rowindex={1} className="flex h-7 items-stretch gap-3 ps-4 pe-1">
            <HeaderCell id="name" listing={listing} onSort={onSort} className="min-w-0 flex-1" />
            {layout.shown.map((id) => (
              <HeaderCell
                key={id}
                id={id}
                listing={listing}
                onSort={onSort}
                isEnd={columns[id].isEnd === true}
                className={cn('relative shrink-0', columns[id].className)}
                width={widthOf(layout, id)}
                onResize={(width) => set(path, withWidth(layout, id, width))}
              />
            ))}
            <div role="columnheader" aria-label={t.columns} className="-ms-2 flex w-6 shrink-0 items-center">
              <Menu align="end" trigger={<IconButton icon={SlidersHorizontal} label={t.columns} className="size-6" />}>
                <ColumnChoices path={path} />
              </Menu>
            </div>
          </div>
        </div>
      }
    >
      <ColumnChoices path={path} />
    </ContextMenu>
  )
}

function ColumnChoices({ path }: { path: string }) {
  const t = useMessages(messages)
  const { isOwn, layout } = useColumnLayout(path)
  const { forget, set } = useColumnsKept()
  const [hidden] = useState(hiddenColumns)
  return (
    <>
      {columnIds.map((id) => (
        <MenuSwitch
          key={id}
          isOn={layout.shown.includes(id)}
          onChange={(isOn) => set(path, withColumn(layout, id, isOn))}
        >
          {t[id]}
          {hidden.has(id) && layout.shown.includes(id) && <span className="text-muted ms-1">{t.noRoom}</span>}
        </MenuSwitch>
      ))}
      <MenuLine />
      <MenuItem isDisabled={!isOwn} onClick={() => forget(path)}>
        {t.usualColumns}
      </MenuItem>
    </>
  )
}

/** The columns that are on, but for which the window is too narrow. */
function hiddenColumns(): ReadonlySet<string> {
  const cells = [...document.querySelectorAll<HTMLElement>('[data-column]')]
  return new Set(cells.filter((cell) => cell.offsetWidth === 0).map((cell) => cell.dataset['column']!))
}

interface HeaderCellProps extends ListHeaderProps {
  readonly id: Sort
  readonly className: string
  readonly isEnd?: boolean
  /** Pixels; absent: all that the others leave. */
  readonly width?: number
  readonly onResize?: (width: number) => void
}

function HeaderCell({ className, id, isEnd = false, listing, onResize, onSort, width }: HeaderCellProps) {
  const t = useMessages(messages)
  const isSorted = listing.sort === id
  const isDown = (id !== 'name' && columns[id].isDescending) !== listing.reverse
  const Arrow = isDown ? ChevronDown : ChevronUp
  return (
    <div
      role="columnheader"
      data-column={id}
      // Without the name of the line that resizes it.
      aria-label={t[id]}
      aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : 'none'}
      className={className}
      style={width === undefined ? undefined : { width }}
    >
      {onResize && width !== undefined && (
        <div className="absolute inset-y-1.5 -start-1.5 flex">
          <ResizeHandle label={t.columnWidth(t[id])} width={width} {...COLUMN} grows="after" onChange={onResize} />
        </div>
      )}
      <button
        type="button"
        onClick={() => onSort(id)}
        className={cn(
          // Its text stands above the values; the room around it reaches into the gaps.
          'press rounded-control hover:bg-hover -mx-1 flex h-full w-[calc(100%+0.5rem)] min-w-0 items-center gap-1 px-1 text-xs',
          isSorted ? 'text-text font-medium' : 'text-muted',
          isEnd && 'justify-end',
        )}
      >
        <span className="truncate">{t[id]}</span>
        {isSorted && <Arrow size={12} strokeWidth={2} aria-hidden className="shrink-0" />}
      </button>
    </div>
  )
}
