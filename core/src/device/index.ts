export { DeviceManager, toSlug } from './device-manager.ts'
