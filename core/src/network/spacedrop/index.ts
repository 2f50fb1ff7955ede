export { type SendInput, Spacedrop } from './spacedrop.ts'
