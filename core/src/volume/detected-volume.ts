import type { Volume } from '../domain/index.ts'

/** A place where a file system can be entered. */
export interface Mount {
  /** Absolute path of the mount's folder. */
  readonly mountPoint: string
  /** The folder of the file system that is visible there: `/`, or another folder for a bind mount. */
  readonly root: string
  /**
   * The system's name for the device: `8:1` (major:minor) on Linux, `disk3s5` on macOS, `0:2` (disk:partition) on
   * Windows.
   */
  readonly deviceId: string
}

/** A file system that is mounted now, with the facts that the system reports. */
export interface DetectedVolume extends Readonly<Omit<Volume, 'id' | 'tracked' | 'mountPoint'>> {
  /** The mount point of the first of `mounts`, which shows most of the volume. */
  readonly mountPoint: string
  readonly mounts: readonly Mount[]
  /**
   * Distinguishes copies of one file system, for example a partition id or the serial number of a disk; null if there
   * is none.
   */
  readonly hardwareId: string | null
  /** Whether it is on the network or served by a FUSE program: a system call to it may never return. */
  readonly mayHang: boolean
  /**
   * Volumes with the same pool share their space (an APFS container, a btrfs, a ZFS pool); null if the volume has
   * space of its own.
   */
  readonly pool: string | null
}

export interface Detection {
  readonly volumes: readonly DetectedVolume[]
  /** Mount points of `proc`, `sysfs` and similar file systems: paths below them are on no volume. */
  readonly pseudoMounts: readonly string[]
}

/** Lists the mounts of one operating system. */
export interface VolumeDetector {
  /** Never waits for a dead network mount: such a volume has `online: false`. Throws if the system does not answer. */
  detect(signal: AbortSignal): Promise<Detection>
  /** A text that changes with every mount or unmount, for the cost of one small read; absent if the system has none. */
  mountToken?(): Promise<string>
  /** Clears the cache of devices, so that the next `detect` asks for everything again. */
  forget?(): void
}
