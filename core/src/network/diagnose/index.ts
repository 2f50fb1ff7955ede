export { type DiagnoseDeps, diagnose } from './diagnose.ts'
export type { NetworkCheck, NetworkDiagnosis } from './check.ts'
