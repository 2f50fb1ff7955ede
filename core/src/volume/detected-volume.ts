import type { Volume } from '../domain/index.ts'

/** One place where a file system can be entered. */
export interface Mount {
  /** Absolute path of the folder it is mounted on. */
  readonly mountPoint: string
  /** The folder of the file system that is seen there: `/`, or a folder inside for a bind mount. */
  readonly root: string
  /** What the system calls the device: `8:1` (major:minor) on Linux, `disk3s5` on macOS, `0:2` (disk:partition) on Windows. */
  readonly deviceId: string
}

/** A file system that is mounted now, as the system describes it. */
export interface DetectedVolume extends Readonly<Omit<Volume, 'id' | 'tracked' | 'mountPoint'>> {
  /** The first of `mounts`: the one that shows most of it. */
  readonly mountPoint: string
  readonly mounts: readonly Mount[]
  /** Tells copies of one file system apart: partition id, disk serial and the like; null where there is none. */
  readonly hardwareId: string | null
  /** Behind a network or a FUSE program: a call to it may never return. */
  readonly mayHang: boolean
  /** Volumes with the same pool share their space (an APFS container, a btrfs, a ZFS pool); null for space of its own. */
  readonly pool: string | null
}

export interface Detection {
  readonly volumes: readonly DetectedVolume[]
  /** Mount points of `proc`, `sysfs` and the like: what lies below them is on no volume. */
  readonly pseudoMounts: readonly string[]
}

/** Asks one operating system what is mounted. */
export interface VolumeDetector {
  /** Never waits for a dead network mount: such a volume comes back with `online: false`. Throws when the system will not answer. */
  detect(signal: AbortSignal): Promise<Detection>
  /** A text that changes whenever something is mounted or unmounted, at the cost of one small read; absent where the system has none. */
  mountToken?(): Promise<string>
  /** Forgets what it has kept about devices, so that the next `detect` asks for everything again. */
  forget?(): void
}
