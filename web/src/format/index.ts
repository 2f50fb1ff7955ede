export { typeKey, typeNames } from './type-names.ts'
export { useFormat, type Format } from './use-format.ts'
export { extensionOf, isSafe, markedParts, plainText, type Ranges, splitName, visibleText } from './names.ts'
export { cleanPath, deviceOf, foldersTo, isBytes, isWithin, nameOf, parentOf, rootOf, splitTyped } from './paths.ts'
