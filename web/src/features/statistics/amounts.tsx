import { Link } from '@tanstack/react-router'
import { Unplug } from 'lucide-react'
import { type CSSProperties, type ReactNode, useState } from 'react'
import type { SearchSearch } from '../search/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Where the files behind a figure are: in a folder, or found by a search. */
export type Behind = { readonly folder: string } | { readonly search: SearchSearch }

export interface AmountRow {
  readonly key: string
  readonly name: ReactNode
  readonly icon?: ReactNode
  readonly files: number
  readonly bytes: number
  /** As CSS has it; by default neutral. */
  readonly color?: string
  /** Null where no address finds them. */
  readonly behind: Behind | null
  readonly isOffline?: boolean
}

/** Rows of a card before the others are asked for. */
const MAX_ROWS = 8

/** Sizes as bars, the longest of which is the largest: a table, each row of which leads to its files. */
export function Amounts({ label, rows }: { label: string; rows: readonly AmountRow[] }) {
  const t = useMessages(messages)
  const { bytes, count } = useFormat()
  const [isWhole, setWhole] = useState(false)
  const largest = Math.max(1, ...rows.map((row) => row.bytes))
  const shown = isWhole ? rows : rows.slice(0, MAX_ROWS)
  return (
    <>
      <table className="w-full border-separate border-spacing-0 tabular-nums">
        <caption className="sr-only">{label}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col">{t.size}</th>
            <th scope="col">{t.count}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.key} className={cn(row.isOffline && 'text-muted')}>
              <th scope="row" className="relative w-full max-w-0 py-0.5 text-start font-normal">
                <span
                  aria-hidden
                  className="absolute inset-y-0.5 start-0 rounded-[4px] border-s-3 border-(--kind) bg-[color-mix(in_oklab,var(--kind)_18%,var(--canvas))] forced-colors:bg-[Canvas]"
                  style={
                    {
                      width: `max(3px, ${(row.bytes / largest) * 100}%)`,
                      '--kind': row.color ?? 'var(--line-strong)',
                    } as CSSProperties
                  }
                />
                <RowName row={row} />
              </th>
              <td className="ps-3 text-end whitespace-nowrap">{bytes(row.bytes)}</td>
              <td className="text-muted ps-3 text-end whitespace-nowrap">{count(row.files)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS && (
        <Button kind="quiet" className="mt-1 h-7" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t.showLess : t.showAll(rows.length)}
        </Button>
      )}
    </>
  )
}

function RowName({ row: { behind, icon, isOffline, name } }: { row: AmountRow }) {
  const t = useMessages(messages)
  const content = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {isOffline && (
        <span className="text-warn flex shrink-0 items-center gap-1 text-xs">
          <Unplug size={14} strokeWidth={1.5} aria-hidden />
          {t.offline}
        </span>
      )}
    </>
  )
  const className = 'relative flex h-6 min-w-0 items-center gap-2 px-2'
  if (!behind) return <span className={className}>{content}</span>
  return (
    <BehindLink behind={behind} className={cn(className, 'rounded-control hover:underline')}>
      {content}
    </BehindLink>
  )
}

export function BehindLink({
  behind,
  className,
  children,
}: {
  behind: Behind
  className?: string
  children: ReactNode
}) {
  if ('folder' in behind)
    return (
      <Link to="/browse" search={{ path: behind.folder }} className={className}>
        {children}
      </Link>
    )
  return (
    <Link to="/search" search={behind.search} className={className}>
      {children}
    </Link>
  )
}
