export { createTempDir, type TempDir } from './temp-dir.ts'
export { createTestCore, type TestCore } from './test-core.ts'
export { createTestMachine, type TestMachine } from './test-machine.ts'
export { until } from './until.ts'
