export { Roaming } from './roaming.ts'
