export { PortMapping } from './port-mapping.ts'
