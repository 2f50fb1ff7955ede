export { binaryFixtures } from './binary.ts'
export { elf, ole, portableExecutable, tar, tiff, zip } from './containers.ts'
export { textFixtures } from './text.ts'
