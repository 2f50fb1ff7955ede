import type { KeyboardEvent, PointerEvent } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'
import { useWaveform, WAVEFORM_BARS } from './use-waveform.ts'

/** Milliseconds that an arrow key, and Page up or down, move. */
const STEP_MS = 5_000
const LEAP_MS = 30_000
/** Height of the picture in its own units; a silent part is one unit high. */
const HEIGHT = 100
const FLAT: readonly number[] = Array.from({ length: WAVEFORM_BARS }, () => 0)

interface WaveformProps {
  readonly file: ShownFile
  /** Undefined until the player knows it. */
  readonly durationMs: number | undefined
  readonly timeMs: number
  readonly onSeek: (ms: number) => void
  readonly onPlayPause: () => void
}

/** How loud a recording is over time, with the part that was played in colour. A click or a key goes to another time. */
export function Waveform({ durationMs = 0, file, onPlayPause, onSeek, timeMs }: WaveformProps) {
  const t = useMessages(messages)
  const { bytes, clock } = useFormat()
  const waveform = useWaveform(file, durationMs === 0 ? undefined : durationMs)
  const path = barsPath(waveform.name === 'drawn' ? waveform.peaks : FLAT)
  const played = durationMs === 0 ? 0 : Math.min(1, timeMs / durationMs)
  const seek = (ms: number) => onSeek(Math.min(durationMs, Math.max(0, ms)))
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId)
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const { left, width } = event.currentTarget.getBoundingClientRect()
    seek(((event.clientX - left) / width) * durationMs)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = timeOfKey(event, timeMs, durationMs)
    if (to === null && event.key !== ' ') return
    event.preventDefault()
    if (to === null) onPlayPause()
    else seek(to)
  }
  return (
    <div className="flex w-full flex-col gap-1">
      <div
        role="slider"
        tabIndex={0}
        dir="ltr"
        data-own-arrows
        aria-label={t.waveform}
        aria-disabled={durationMs === 0}
        aria-valuemin={0}
        aria-valuemax={Math.round(durationMs / 1000)}
        aria-valuenow={Math.round(timeMs / 1000)}
        aria-valuetext={t.timeOf(clock(timeMs), clock(durationMs))}
        aria-busy={waveform.name === 'waiting'}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onKeyDown={onKeyDown}
        className="rounded-control relative h-20 touch-none"
      >
        <Bars path={path} className="text-faint" />
        <Bars path={path} className="text-accent" clip={`inset(0 ${(1 - played) * 100}% 0 0)`} />
        <span aria-hidden className="bg-accent absolute inset-y-0 w-px" style={{ left: `${played * 100}%` }} />
      </div>
      {waveform.name === 'large' && (
        <p className="text-muted text-center text-xs">
          {t.waveformLarge(String(waveform.maxMinutes), bytes(waveform.maxBytes))}
        </p>
      )}
    </div>
  )
}

function timeOfKey({ altKey, ctrlKey, key, metaKey }: KeyboardEvent, now: number, end: number): number | null {
  if (altKey || ctrlKey || metaKey) return null
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return now + STEP_MS
    case 'ArrowLeft':
    case 'ArrowDown':
      return now - STEP_MS
    case 'PageUp':
      return now + LEAP_MS
    case 'PageDown':
      return now - LEAP_MS
    case 'Home':
      return 0
    case 'End':
      return end
    default:
      return null
  }
}

function Bars({ className, clip, path }: { path: string; className: string; clip?: string }) {
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WAVEFORM_BARS} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={`absolute inset-0 size-full fill-current ${className}`}
      style={{ clipPath: clip }}
    >
      <path d={path} />
    </svg>
  )
}

/** One upright bar for each peak, three fifths of its place wide. */
function barsPath(peaks: readonly number[]): string {
  return peaks
    .map((peak, i) => {
      const height = 2 + peak * (HEIGHT - 2)
      return `M${i + 0.2} ${(HEIGHT - height) / 2}h.6v${height}h-.6z`
    })
    .join('')
}
