import type { Generated } from 'kysely'

/** A directory with settings. Nested locations share their entries. */
export interface LocationTable {
  id: Generated<number>
  uuid: Uint8Array
  directory_id: number
  name: string
  /** Absolute path, without a slash at the end. */
  path: Uint8Array
  mode: string
  watch: number
  max_depth: number | null
  /** JSON: `RuleSettings`. */
  rules: string
  state: string
  error: string | null
  /** The root's last known inode. If the root has another one, the folder was replaced. */
  root_inode: number | Uint8Array
  last_scan_at: number | null
  created_at: number
  /** JSON: `SidecarPolicy`; null if the location has no choices of its own. */
  sidecar_policy: Generated<string | null>
}
