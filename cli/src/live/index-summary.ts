import type { JobDetails } from '@spacedrive/core/domain'
import { formatBytes, formatCount, formatDuration, plural } from '../text/format.ts'

/** The part of the index job's output that this command shows. */
export interface IndexOutput {
  readonly counts: {
    readonly files: number
    readonly directories: number
    readonly symlinks: number
    readonly bytes: number
  }
  readonly changes: {
    readonly added: number
    readonly modified: number
    readonly moved: number
    readonly removed: number
  }
  readonly seconds: {
    readonly discover: number
    readonly process: number
    readonly aggregate: number
    readonly identify: number
    readonly total: number
  }
}

const zeros: IndexOutput = {
  counts: { files: 0, directories: 0, symlinks: 0, bytes: 0 },
  changes: { added: 0, modified: 0, moved: 0, removed: 0 },
  seconds: { discover: 0, process: 0, aggregate: 0, identify: 0, total: 0 },
}

/** Reads the output of a job. Missing counts are zero, because the command can wait for any job. */
export function indexOutputOf({ output }: Pick<JobDetails, 'output'>): IndexOutput {
  return {
    counts: numbers(output, 'counts', zeros.counts),
    changes: numbers(output, 'changes', zeros.changes),
    seconds: numbers(output, 'seconds', zeros.seconds),
  }
}

function numbers<T extends Readonly<Record<string, number>>>(output: unknown, part: string, fallback: T): T {
  const found: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, part) : null
  if (typeof found !== 'object' || found === null) return fallback
  const entries = Object.keys(fallback).map((name) => [name, Number(Reflect.get(found, name) ?? 0)])
  return Object.fromEntries(entries) as T
}

/** One line a person can quote; of a job that does not index how long it took. */
export function indexSummary(job: JobDetails): string {
  return indexResult(job) ?? `completed in ${formatDuration(tookMs(job))}`
}

/** `12,345 files in 678 folders, 4.2 GB, in 3.4 s; 12 added, 3 removed`; null of a job that does not index. */
export function indexResult(job: JobDetails): string | null {
  const { changes, counts } = indexOutputOf(job)
  if (counts === zeros.counts) return null
  const parts = [
    [changes.added, 'added'],
    [changes.modified, 'changed'],
    [changes.moved, 'moved'],
    [changes.removed, 'removed'],
  ] as const
  const changed = parts.flatMap(([count, what]) => (count > 0 ? [`${formatCount(count)} ${what}`] : []))
  const links = counts.symlinks > 0 ? ` and ${plural(counts.symlinks, 'link')}` : ''
  return `${plural(counts.files, 'file')}${links} in ${plural(counts.directories, 'folder')}, ${formatBytes(counts.bytes)}, in ${formatDuration(tookMs(job))}; ${changed.join(', ') || 'nothing changed'}`
}

function tookMs({ endedAt, startedAt }: JobDetails): number {
  return startedAt !== null && endedAt !== null ? Date.parse(endedAt) - Date.parse(startedAt) : 0
}
