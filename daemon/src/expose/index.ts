export { Exposure, type ExposureDeps } from './exposure.ts'
