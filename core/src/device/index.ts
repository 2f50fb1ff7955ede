export { DeviceManager, toSlug } from './device-manager.ts'
export { listPlaces, type Place } from './places.ts'
