export { Rendezvous } from './rendezvous.ts'
