import { posix, win32 } from 'node:path'
import { isCloudFilesystem } from './filesystems.ts'

/**
 * How a folder is related to cloud storage. `none`: not at all. `synced-folder`: a provider synchronises it, so its
 * files may be placeholders. `remote-mount`: every file is remote until it is read.
 */
export type CloudPlace = 'none' | 'synced-folder' | 'remote-mount'

/** Facts about a file that can be read without opening it. */
export interface FileFacts {
  readonly size: number | bigint
  /** `stat.blocks`: 512-byte blocks on disk. */
  readonly blocks: number | bigint
  /** Windows file attributes, if they were read. */
  readonly attributes?: number
  /** macOS `st_flags`, if they were read. */
  readonly flags?: number
}

/**
 * Whether reading the file would download it from cloud storage. Such a file must not be opened only to identify it. A
 * sparse file on an ordinary disk has no blocks either, so blocks are checked only in a provider's folder.
 */
export function isPlaceholder(file: FileFacts, place: CloudPlace): boolean {
  if (((file.attributes ?? 0) & RECALL_ATTRIBUTES) !== 0) return true
  if (((file.flags ?? 0) & SF_DATALESS) !== 0) return true
  if (BigInt(file.size) === 0n) return false
  switch (place) {
    case 'none':
      return false
    case 'synced-folder':
      return BigInt(file.blocks) === 0n
    case 'remote-mount':
      return true
  }
}

/** How a folder is related to cloud storage. `path` is absolute; `filesystem` is that of its volume. */
export function cloudPlace(path: string, filesystem: string, roots: readonly string[]): CloudPlace {
  if (isCloudFilesystem(filesystem)) return 'remote-mount'
  return roots.some((root) => isInside(path, root)) ? 'synced-folder' : 'none'
}

export interface CloudRootsInput {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The folders in which providers keep placeholders. None on Linux, where providers store whole files, or use mounts,
 * which are recognised by their file system.
 */
export function cloudRoots({ platform, home, env }: CloudRootsInput): string[] {
  if (platform === 'darwin') {
    return ['Library/CloudStorage', 'Library/Mobile Documents', 'OneDrive', 'Dropbox'].map((name) =>
      posix.join(home, name),
    )
  }
  if (platform !== 'win32') return []
  const oneDrive = [env['OneDrive'], env['OneDriveConsumer'], env['OneDriveCommercial']].filter(
    (root) => root !== undefined,
  )
  const others = ['Dropbox', 'iCloudDrive', 'Box'].map((name) => win32.join(home, name))
  return [...new Set([...oneDrive, ...others])]
}

function isInside(path: string, root: string): boolean {
  const windows = root.includes('\\')
  const [inner, outer] = windows ? [path.toLowerCase(), root.toLowerCase()] : [path, root]
  return inner === outer || inner.startsWith(outer + (windows ? '\\' : '/'))
}

/** FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_RECALL_ON_OPEN and FILE_ATTRIBUTE_OFFLINE of `winnt.h`. */
const RECALL_ATTRIBUTES = 0x40_0000 | 0x4_0000 | 0x1000
/** `sys/stat.h` of macOS: the file's data is not on this machine. */
const SF_DATALESS = 0x4000_0000
