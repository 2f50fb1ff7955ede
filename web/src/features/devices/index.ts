export { DeviceNews } from './device-news.tsx'
export { DevicePage } from './device-page.tsx'
export { DevicesPage } from './devices-page.tsx'
