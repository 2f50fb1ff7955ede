export { typeKey, typeNames } from './type-names.ts'
export { useFormat, type Format } from './use-format.ts'
export { isSafe, splitName, visibleText } from './names.ts'
