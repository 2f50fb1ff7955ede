export { DeviceFiles } from './device-files.ts'
export { Fetches } from './fetches.ts'
export { serveFiles } from './serve-files.ts'
