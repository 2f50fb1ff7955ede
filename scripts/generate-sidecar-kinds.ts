import { writeFile } from 'node:fs/promises'
import { sidecarKindsModule } from './generate/sidecar-kinds.ts'

// Runs before `generate.ts`, in a process of its own: the operations are loaded with the kinds that this file lists.
await writeFile(new URL('../core/src/domain/sidecar-kinds.ts', import.meta.url), sidecarKindsModule())
