import type { Mount } from './detected-volume.ts'

/** Sorts the mount that shows most of the volume first, then shorter paths. */
export function byVisibility(a: Mount, b: Mount): number {
  return (
    a.root.length - b.root.length || a.mountPoint.length - b.mountPoint.length || (a.mountPoint < b.mountPoint ? -1 : 1)
  )
}

/** The last part of a mount point, with either kind of slash; the whole mount point if it has no parts. */
export function baseName(mountPoint: string): string {
  return mountPoint.split(/[\\/]/).findLast((part) => part !== '') ?? mountPoint
}
