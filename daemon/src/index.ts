export { type DaemonOptions, runDaemon } from './run-daemon.ts'
