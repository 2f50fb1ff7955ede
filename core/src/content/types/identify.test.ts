import { describe, expect, test } from 'vitest'
import { binaryFixtures, textFixtures } from '../../../testing/file-types/index.ts'
import { FileTypeRegistry } from './registry.ts'

const registry = new FileTypeRegistry()
const fixtures: Record<string, Uint8Array> = {
  ...binaryFixtures,
  ...Object.fromEntries(Object.entries(textFixtures).map(([id, text]) => [id, Buffer.from(text)])),
}

describe('a file without a name', () => {
  test.each(Object.entries(fixtures))('%s is known by its bytes', (id, bytes) => {
    const { definition, confidence, conflict } = registry.identifyBytes(bytes)
    expect({ id: definition?.id, sure: confidence >= 85, conflict }).toEqual({ id, sure: true, conflict: null })
  })
})
