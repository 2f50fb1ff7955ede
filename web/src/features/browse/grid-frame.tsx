import type { KeyboardEvent, ReactNode } from 'react'
import { cn } from '../../ui/index.ts'
import type { useBand } from './use-band.tsx'
import type { useRowEvents } from './use-row-events.ts'
import type { VirtualRows } from './use-virtual-rows.ts'

interface GridFrameProps {
  readonly label: string
  /** Of all, with a header. */
  readonly rowCount: number
  readonly columnCount?: number
  readonly virtual: Pick<VirtualRows, 'attach' | 'height'>
  readonly events: ReturnType<typeof useRowEvents>
  /** A box can be drawn over rows. */
  readonly band?: ReturnType<typeof useBand>
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
  /** Above what scrolls. */
  readonly header?: ReactNode
  readonly className?: string
  /** Of what scrolls. */
  readonly scrollerClassName?: string
  /** The rows that are rendered. */
  readonly children: ReactNode
}

/** What every view of rows stands in: a grid for readers, what scrolls in it, and what pointer and keys do there. */
export function GridFrame(props: GridFrameProps) {
  const { band, children, className, columnCount, events, header, label, onKeyDown, rowCount, scrollerClassName } =
    props
  const { attach, height } = props.virtual
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={rowCount}
      aria-colcount={columnCount}
      aria-multiselectable
      onKeyDown={onKeyDown}
      className={cn('flex min-h-0 min-w-0 flex-1 flex-col outline-none', className)}
    >
      {header}
      <div
        ref={attach}
        role="presentation"
        {...events}
        {...band?.events}
        onPointerDown={(event) => {
          events.onPointerDown(event)
          band?.events.onPointerDown(event)
        }}
        className={cn('relative min-h-0 flex-1 overflow-y-scroll', scrollerClassName)}
      >
        <div role="rowgroup" className="relative" style={{ height }}>
          {children}
        </div>
        {band?.box}
      </div>
    </div>
  )
}
