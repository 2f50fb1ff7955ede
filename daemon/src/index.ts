export { endProcess } from './end-process.ts'
export { type DaemonOptions, runDaemon } from './run-daemon.ts'
