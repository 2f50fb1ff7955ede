import type { OutputOf } from '@spacedrive/client'
import { isSkipped } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { formatCount, formatDuration, plural } from '../text/format.ts'
import type { Wording } from '../render/view.ts'
import type { Tone } from '../text/style.ts'

type Summary = OutputOf<'locations.summary'>

/** How many files were derived, now and before, and how many could not be. */
export interface SidecarTotals {
  readonly made: number
  readonly ready: number
  readonly failed: number
  readonly skipped: number
  /** The files of the failed and of the skipped sidecars. */
  readonly failedFiles: number
  readonly skippedFiles: number
  readonly byKind: Summary['byKind']
}

export function sidecarTotals({
  byKind,
  failedFiles,
  skippedFiles,
}: Pick<Summary, 'byKind' | 'failedFiles' | 'skippedFiles'>): SidecarTotals {
  const sum = (what: 'made' | 'ready' | 'failed' | 'skipped') =>
    Object.values(byKind).reduce((total, counts) => total + counts[what], 0)
  const counts = { made: sum('made'), ready: sum('ready'), failed: sum('failed'), skipped: sum('skipped') }
  return { ...counts, failedFiles, skippedFiles, byKind }
}

/** Reasons that are named; `sidecar pending` has them all. */
const MAX_REASONS = 10

/** The generated sidecars, the others with their reason, and the slowest kinds. */
export function sidecarLines(
  {
    failures,
    seconds,
    sidecars,
    skips,
    slowest,
    held,
    off,
  }: {
    readonly sidecars: SidecarTotals
    readonly seconds: { readonly sidecars: number }
    readonly failures: readonly { path: string | null; stage: string; code: string; message: string }[]
  } & Pick<Summary, 'skips' | 'slowest' | 'held' | 'off'>,
  wording: Wording,
): string[] {
  const { byKind, failed, failedFiles, made, ready, skipped, skippedFiles } = sidecars
  const blockers = blockerLines({ held, off }, wording)
  if (made + ready + failed + skipped === 0) return blockers
  const kinds = Object.entries(byKind).flatMap(([kind, counts]) =>
    counts.made > 0 ? [`${kind} ${formatCount(counts.made)}`] : [],
  )
  const done =
    made > 0
      ? `${plural(made, 'sidecar')} made in ${formatDuration(seconds.sidecars * 1_000)} (${kinds.join(', ')})`
      : 'No new sidecars'
  const parts = [
    made === ready ? '' : `${formatCount(ready)} ready in all`,
    skipped > 0 ? `some skipped for ${plural(skippedFiles, 'file')}` : '',
    failed > 0 ? `some failed for ${plural(failedFiles, 'file')}` : '',
  ].filter(Boolean)
  const broken = failures.filter(({ stage }) => stage === 'sidecars')
  return [
    [done, ...parts].join(', ') + '.',
    ...reasonLines(skips, 'dim', wording),
    ...reasonLines(broken, 'warn', wording),
    ...blockers,
    ...(slowest.length > 0 && made > 0
      ? [
          `Slowest: ${slowest.map(({ kind, path, tookMs }) => `${nameOf(path)} (${kind}, ${formatDuration(tookMs)})`).join(', ')}`,
        ]
      : []),
  ]
}

/** One line for each reason that stops the generation of sidecars of all files. */
export function blockerLines({ held, off }: Pick<Summary, 'held' | 'off'>, wording: Wording): string[] {
  const { style, withTypedCommands } = wording
  const lines = (hindered: readonly { kind: string; reason: string }[], tone: Tone, what: string) =>
    [...Map.groupBy(hindered, ({ reason }) => reason)].map(
      ([reason, kinds]) =>
        `  ${style(tone, what)}  ${kinds.map(({ kind }) => kind).join(', ')}: ${withTypedCommands(printable(reason))}`,
    )
  return [...lines(held, 'warn', 'waits'), ...lines(off, 'dim', 'off')]
}

/** One line a reason, with the files it holds for. */
function reasonLines(
  failures: readonly { path: string | null; code: string; message: string }[],
  tone: 'dim' | 'warn',
  { style, withTypedCommands }: Wording,
): string[] {
  const byReason = [...Map.groupBy(failures, ({ message }) => message)]
  const lines = byReason.slice(0, MAX_REASONS).map(([message, [first, ...others]]) => {
    // A file may fail in several ways, for the same reason.
    const more = new Set(others.map(({ path }) => path).filter((path) => path !== first!.path)).size
    const files = `${nameOf(first!.path)}${more > 0 ? ` and ${plural(more, 'other')}` : ''}`
    return `  ${style(tone, isSkipped(first!) ? 'skipped' : first!.code)}  ${files}: ${withTypedCommands(printable(message))}`
  })
  const rest = byReason.length - lines.length
  const flag = tone === 'dim' ? '--skipped' : '--failed'
  if (rest <= 0) return lines
  return [
    ...lines,
    withTypedCommands(`  … and ${plural(rest, 'other reason')}; \`spacedrive sidecar pending ${flag}\` lists all`),
  ]
}

function nameOf(path: string | null): string {
  return path === null ? 'a file that is gone' : printable(path.slice(path.lastIndexOf('/') + 1))
}
