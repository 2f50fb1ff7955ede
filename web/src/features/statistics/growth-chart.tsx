import { useNavigate } from '@tanstack/react-router'
import { type PointerEvent, useMemo, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { BehindLink } from './amounts.tsx'
import { areaPath, growthPoints, nearestPoint } from './growth-points.ts'
import { filesOf } from './links.ts'
import { messages } from './messages.ts'
import type { Statistics } from './statistics-page.tsx'

/** Units of the drawing; it is stretched to the room there is. */
const BOX = { width: 1_000, height: 200 }

/** How a library has grown: a drawing for the eye and the pointer, and a table that says the same. */
export function GrowthChart({ growth }: { growth: Statistics['growth'] }) {
  const t = useMessages(messages)
  const { bytes, month } = useFormat()
  const navigate = useNavigate()
  const points = useMemo(() => growthPoints(growth), [growth])
  const [at, setAt] = useState<number | null>(null)
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  const pointed = at === null ? undefined : nearestPoint(points, at)
  const shown = pointed ?? last
  // What a click does the links of the table do, too.
  const events = {
    onPointerMove: (event: PointerEvent) => {
      const box = event.currentTarget.getBoundingClientRect()
      setAt((event.clientX - box.left) / box.width)
    },
    onPointerLeave: () => setAt(null),
    onClick: () => pointed && void navigate({ to: '/search', search: filesOf.modified(pointed.month.modified) }),
  }
  return (
    <>
      <p aria-hidden className="mb-1 tabular-nums">
        {t.growthAt(month(shown.month.modified), bytes(shown.month.totalBytes), bytes(shown.month.bytes))}
      </p>
      <svg
        role="img"
        aria-label={t.growthLabel(
          month(first.month.modified),
          month(last.month.modified),
          bytes(last.month.totalBytes),
        )}
        viewBox={`0 0 ${BOX.width} ${BOX.height}`}
        preserveAspectRatio="none"
        {...events}
        className="border-line-strong h-40 w-full border-b"
      >
        {[0.25, 0.5, 0.75].map((part) => (
          <line
            key={part}
            x1={0}
            x2={BOX.width}
            y1={BOX.height * part}
            y2={BOX.height * part}
            vectorEffect="non-scaling-stroke"
            className="stroke-line"
          />
        ))}
        <path
          d={areaPath(points, BOX)}
          vectorEffect="non-scaling-stroke"
          className="fill-accent/20 stroke-accent stroke-[1.5px] forced-colors:stroke-[CanvasText]"
        />
        {pointed && (
          <line
            x1={pointed.x * BOX.width}
            x2={pointed.x * BOX.width}
            y1={0}
            y2={BOX.height}
            vectorEffect="non-scaling-stroke"
            className="stroke-text"
          />
        )}
      </svg>
      <div aria-hidden className="text-muted flex justify-between pt-1 text-xs">
        <span>{month(first.month.modified)}</span>
        {points.length > 1 && <span>{month(last.month.modified)}</span>}
      </div>
      <GrowthTable growth={growth} />
    </>
  )
}

function GrowthTable({ growth }: { growth: Statistics['growth'] }) {
  const t = useMessages(messages)
  const { bytes, count, month } = useFormat()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="text-muted w-fit">{t.asTable}</summary>
      {isOpen && (
        <div className="mt-1 max-h-72 overflow-y-auto" tabIndex={0} role="region" aria-label={t.growth}>
          <table className="w-full tabular-nums">
            <thead className="text-muted text-xs">
              <tr>
                <th scope="col" className="text-start font-medium">
                  {t.month}
                </th>
                <th scope="col" className="text-end font-medium">
                  {t.size}
                </th>
                <th scope="col" className="text-end font-medium">
                  {t.count}
                </th>
                <th scope="col" className="text-end font-medium">
                  {t.total}
                </th>
              </tr>
            </thead>
            <tbody>
              {growth.toReversed().map((each) => (
                <tr key={each.modified} className="h-7">
                  <th scope="row" className="text-start font-normal whitespace-nowrap">
                    <BehindLink behind={{ search: filesOf.modified(each.modified) }} className="hover:underline">
                      {month(each.modified)}
                    </BehindLink>
                  </th>
                  <td className="text-end whitespace-nowrap">{bytes(each.bytes)}</td>
                  <td className="text-end">{count(each.files)}</td>
                  <td className="text-end whitespace-nowrap">{bytes(each.totalBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
