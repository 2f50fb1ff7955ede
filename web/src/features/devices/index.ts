export { DeviceNews } from './device-news.tsx'
