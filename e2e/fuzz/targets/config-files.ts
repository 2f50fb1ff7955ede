import assert from 'node:assert/strict'
import { migrateConfig } from '../../../core/src/config/migrations.ts'
import { Config } from '../../../core/src/config/schema.ts'
import { textOf } from '../pieces.ts'
import { type FuzzTarget, shapeOf } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'configuration files',
  guides: ['core/src/config/', 'node_modules/zod/v4/core/'],
  maxBytes: 500,
  tokens: ['"__proto__":{', '"version":1', 'null', '1e999', '[]'],
  seeds: () => [
    Buffer.from('{"version":1,"network":{"enabled":true},"log":{"level":"debug"}}'),
    Buffer.from('{"jobs":{"workers":2}}'),
    Buffer.from(JSON.stringify(Config.parse({})).slice(0, 500)),
  ],
  run(bytes) {
    const file = objectOf(textOf(bytes))
    if (!file) return 'no object'
    const migrated = migrateConfig(file)
    assert.deepEqual(migrateConfig(migrated), migrated)
    const parsed = Config.safeParse(migrated)
    if (!parsed.success) return parsed.error.issues[0]?.code
    assert.deepEqual(Config.parse(parsed.data), parsed.data)
    assert.equal(Object.getPrototypeOf(parsed.data), Object.prototype)
    return shapeOf(file)
  },
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
