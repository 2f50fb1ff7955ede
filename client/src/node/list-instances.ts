import { existsSync, readdirSync } from 'node:fs'
import { connectTo } from './connect.ts'
import { DEFAULT_INSTANCE, type InstanceOptions, instancePaths, instancesFolder, isInstanceName } from './paths.ts'

export interface InstanceInfo {
  readonly instance: string
  readonly dataDir: string
  readonly running: boolean
  /** Null where none runs, or where it does not answer. */
  readonly pid: number | null
  readonly version: string | null
}

/** The instances that have a folder below the place for data, whether they run or not, the default one first. */
export async function listInstances(options: Pick<InstanceOptions, 'dataDir'> = {}): Promise<InstanceInfo[]> {
  const { root } = instancePaths(options)
  const names = [DEFAULT_INSTANCE, ...namesIn(instancesFolder(root))]
  const found = await Promise.all(names.map((instance) => look({ ...options, instance })))
  return found.filter((info) => info !== null)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(isInstanceName).toSorted()
  } catch {
    return []
  }
}

async function look(options: InstanceOptions): Promise<InstanceInfo | null> {
  const paths = instancePaths(options)
  if (!existsSync(paths.runDir)) return null
  const { dataDir, instance } = paths
  using client = await connectTo(paths).catch(() => null)
  const { pid = null, version = null } = client?.hello ?? {}
  return { instance, dataDir, running: client !== null, pid, version }
}
