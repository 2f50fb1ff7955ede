export {
  connect,
  type Connection,
  type ConnectOptions,
  connectTo,
  DaemonNotRunningError,
  stopDaemon,
} from './connect.ts'
export { type DaemonRecord, readRecord } from './daemon-record.ts'
export { LineReader } from './line-reader.ts'
export { type InstanceInfo, listInstances } from './list-instances.ts'
export {
  DEFAULT_INSTANCE,
  type InstanceOptions,
  type InstancePaths,
  instancePaths,
  type PathHost,
  pathHost,
} from './paths.ts'
export { programVersion } from './program-version.ts'
export { socketTransport } from './socket-transport.ts'
export { READY_FD, type ReadyMessage } from './spawn-daemon.ts'
