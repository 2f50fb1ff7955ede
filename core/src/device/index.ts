export { DeviceManager } from './device-manager.ts'
