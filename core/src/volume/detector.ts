import type { Logger } from '../util/logger.ts'
import { CoreError } from '../util/errors.ts'
import type { VolumeDetector } from './detected-volume.ts'
import { LinuxDetector } from './linux.ts'
import { MacDetector } from './macos.ts'
import { WindowsDetector } from './windows.ts'

export interface DetectorDeps {
  /**
   * A permanent id of this machine. It is part of the fingerprint of file systems without an id, such as memory and
   * overlays.
   */
  readonly machineId: string
  readonly log: Logger
  readonly platform?: NodeJS.Platform
}

/** The detector for this operating system. Throws `Unsupported` on an unknown one. */
export function createVolumeDetector({ machineId, log, platform = process.platform }: DetectorDeps): VolumeDetector {
  if (platform === 'linux') return new LinuxDetector({ machineId })
  if (platform === 'darwin') return new MacDetector({ machineId, log })
  if (platform === 'win32') return new WindowsDetector({ machineId, systemDrive: process.env['SystemDrive'] ?? 'C:' })
  throw new CoreError('Unsupported', `volumes cannot be detected on ${platform}`)
}
