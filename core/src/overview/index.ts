export { Overview } from './overview.ts'
