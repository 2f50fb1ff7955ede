import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, kindColor, KindIcon, SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { type SizeOrder, sortSizes } from './sort-sizes.ts'
import type { FolderSize } from './treemap-layout.ts'

interface SizeTableProps {
  readonly folder: FolderSize
  readonly label: string
  readonly pointed: string | null
  readonly selected: string | undefined
  readonly onPoint: (path: string | null) => void
  readonly onChoose: (node: FolderSize) => void
  readonly onOpen: (node: FolderSize) => void
  /** A menu is opened at it. */
  readonly onMenu: (node: FolderSize) => void
  readonly onRest: (folder: FolderSize) => void
}

const columns = ['name', 'size', 'part', 'files'] as const

/** The same as the map, for every reader and key: arrows go along the names, Enter goes in. */
export function SizeTable({
  folder,
  label,
  onChoose,
  onMenu,
  onOpen,
  onPoint,
  onRest,
  pointed,
  selected,
}: SizeTableProps) {
  const t = useMessages(messages)
  const { bytes, count, percent } = useFormat()
  const [order, setOrder] = useState<SizeOrder>({ by: 'size', isReverse: false })
  const [active, setActive] = useState<string | null>(null)
  const rows = sortSizes(folder.children ?? [], order)
  const stop = rows.some(({ path }) => path === active) ? active : rows[0]?.path
  const whole = Math.max(1, folder.size)
  const { rest } = folder
  const events = { onKeyDown: moveFocus, onMouseLeave: () => onPoint(null) }
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <table className="w-full border-separate border-spacing-0 tabular-nums" {...events}>
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading
                key={column}
                column={column}
                order={order}
                onSort={(by) => setOrder({ by, isReverse: order.by === by && !order.isReverse })}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((node) => (
            <tr
              key={node.path}
              onMouseEnter={() => onPoint(node.path)}
              onContextMenu={() => onMenu(node)}
              className={cn('h-7', node.path === selected ? 'bg-accent-soft' : isAt(node, pointed) && 'bg-hover')}
            >
              <th scope="row" className="max-w-0 w-full px-2 text-start font-normal">
                <button
                  type="button"
                  tabIndex={node.path === stop ? 0 : -1}
                  aria-current={node.path === selected || undefined}
                  onClick={() => onChoose(node)}
                  onDoubleClick={() => node.kind !== 'directory' && onOpen(node)}
                  onFocus={() => {
                    setActive(node.path)
                    onPoint(node.path)
                  }}
                  onBlur={() => onPoint(null)}
                  className="flex h-7 w-full min-w-0 items-center gap-1.5 outline-offset-[-2px]"
                >
                  <KindIcon entry={node} />
                  <SafeName name={node.name} isCut />
                </button>
              </th>
              <td className="px-2 text-end whitespace-nowrap">{bytes(node.size)}</td>
              <td className="px-2 text-end whitespace-nowrap">
                <Bar
                  part={node.size / whole}
                  color={node.kind === 'directory' ? 'var(--line-strong)' : kindColor(node.type)}
                />
                {percent(node.size / whole)}
              </td>
              <td className="px-2 text-end">{count(node.files)}</td>
            </tr>
          ))}
          {rest && rest.count > 0 && (
            <tr className="text-muted h-7">
              <th scope="row" className="px-2 text-start font-normal">
                <button type="button" onClick={() => onRest(folder)} className="h-7 ps-5.5 underline">
                  {t.rest(rest.count)}
                </button>
              </th>
              <td className="px-2 text-end whitespace-nowrap">{bytes(rest.size)}</td>
              <td className="px-2 text-end">{percent(rest.size / whole)}</td>
              <td className="px-2 text-end">{count(folder.files - rows.reduce((sum, { files }) => sum + files, 0))}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

function Bar({ color, part }: { part: number; color: string }) {
  return (
    <span
      aria-hidden
      className="bg-hover me-1.5 inline-block h-1.5 w-10 overflow-hidden rounded-full align-middle forced-colors:border"
    >
      <span
        className="block h-full forced-colors:bg-[CanvasText]"
        style={{ width: `${part * 100}%`, background: color }}
      />
    </span>
  )
}

/** Whether something is pointed at, or what is in it. */
function isAt({ path }: FolderSize, pointed: string | null): boolean {
  return pointed === path || pointed?.startsWith(`${path}/`) === true
}

interface HeadingProps {
  readonly column: (typeof columns)[number]
  readonly order: SizeOrder
  readonly onSort: (by: SizeOrder['by']) => void
}

/** The part is in the order of the size. */
function Heading({ column, onSort, order }: HeadingProps) {
  const t = useMessages(messages)
  const isSorted = order.by === column
  const Arrow = order.isReverse === (column === 'name') ? ArrowDown : ArrowUp
  const direction = (column === 'name') === order.isReverse ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      aria-sort={isSorted ? direction : undefined}
      className={cn(
        'bg-canvas border-line sticky top-0 z-10 border-b px-2 text-xs font-medium',
        column === 'name' ? 'text-start' : 'text-end',
      )}
    >
      {column === 'part' ? (
        <span className="text-muted">{t.part}</span>
      ) : (
        <button
          type="button"
          onClick={() => onSort(column)}
          className="text-muted hover:text-text inline-flex h-7 items-center gap-1"
        >
          {t[column]}
          {isSorted && <Arrow size={12} strokeWidth={2} aria-hidden />}
        </button>
      )}
    </th>
  )
}

/** Arrows go along the names. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('tbody button')]
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement)
  if (index === -1 || event.altKey || event.ctrlKey || event.metaKey) return
  const last = buttons.length - 1
  const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: last }[event.key]
  if (target === undefined) return
  event.preventDefault()
  buttons[Math.min(last, Math.max(0, target))]!.focus()
}
