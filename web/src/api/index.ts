export type { ConnectionState, Heard } from './connection.ts'
export { connection, queryClient } from './daemon.ts'
export { downloadUrl, fileUrl, type SidecarAddress, sidecarUrl } from './media.ts'
export { ask, useAction, useConnection, useOperation } from './operations.ts'
