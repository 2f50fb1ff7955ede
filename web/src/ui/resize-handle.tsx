import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { cn } from './cn.ts'

interface ResizeHandleProps {
  readonly label: string
  /** Pixels. */
  readonly width: number
  readonly least: number
  readonly most: number
  /** Which side of the handle grows with the width: what stands before it, or what stands after it. */
  readonly grows: 'before' | 'after'
  readonly onChange: (width: number) => void
}

const STEP = 16

/** The line between two panels, moved by pointer or arrow keys. */
export function ResizeHandle({ label, width, least, most, grows, onChange }: ResizeHandleProps) {
  const from = useRef<{ x: number; width: number } | null>(null)
  const set = (next: number) => onChange(Math.round(Math.min(most, Math.max(least, next))))
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, width }
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (from.current) set(from.current.width + (event.clientX - from.current.x) * sign(event.currentTarget, grows))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key]
    if (step === undefined) return
    event.preventDefault()
    set(width + step * sign(event.currentTarget, grows))
  }
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onKeyDown={onKeyDown}
      className={cn('bg-line hover:bg-accent relative w-px shrink-0 cursor-col-resize touch-none', HIT_AREA)}
    />
  )
}

/** Wider for the pointer than for the eye. */
const HIT_AREA = 'before:absolute before:inset-y-0 before:-inset-x-1.5 before:z-10'

/** Where text runs from right to left, so does the width. */
function sign(element: HTMLElement, grows: 'before' | 'after'): number {
  const isRightToLeft = getComputedStyle(element).direction === 'rtl'
  return (grows === 'before') === isRightToLeft ? -1 : 1
}
