import type { Mount } from './detected-volume.ts'

/** Sorts mounts: first those that show most of the volume, then those with shorter paths. */
export function byVisibility(a: Mount, b: Mount): number {
  return (
    a.root.length - b.root.length || a.mountPoint.length - b.mountPoint.length || (a.mountPoint < b.mountPoint ? -1 : 1)
  )
}

/** The last part of a mount point, which may have either kind of slash. If it has no parts, the whole mount point. */
export function baseName(mountPoint: string): string {
  return mountPoint.split(/[\\/]/).findLast((part) => part !== '') ?? mountPoint
}
