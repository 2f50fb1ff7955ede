import type { DirtyFolder } from './watch-backend.ts'
import type { WatchedFolder } from './watched-folder.ts'

/** The report for each folder. */
export type Reports = Map<WatchedFolder, DirtyFolder>

/** Sorts parent folders first, and drops folders inside a tree that is reported as a whole. */
export function toReport(reports: Reports): DirtyFolder[] {
  const trees = new Set([...reports].filter(([, report]) => report.subtree).map(([folder]) => folder))
  return [...reports]
    .filter(([folder]) => !folder.removed && !isBelow(folder, trees))
    .toSorted(([a], [b]) => a.depth - b.depth)
    .map(([, report]) => report)
}

/** Merges a report into the existing one for the folder. */
export function addReport(reports: Reports, folder: WatchedFolder, report: DirtyFolder): void {
  const { names, subtree } = reports.get(folder) ?? report
  reports.set(folder, {
    dir: report.dir,
    names: names && report.names,
    subtree: subtree || report.subtree,
  })
}

/** A report of everything in a folder and below it. */
export function asTree(folder: WatchedFolder): DirtyFolder {
  return { dir: folder.path, names: null, subtree: true }
}

function isBelow(folder: WatchedFolder, tops: ReadonlySet<WatchedFolder>): boolean {
  for (let above = folder.parent; above; above = above.parent) if (tops.has(above)) return true
  return false
}
