export { binaryFixtures } from './binary.ts'
export { textFixtures } from './text.ts'
