import { isAbsolute, join } from 'node:path'
import { attack, type Target } from '../../../testing/attack.ts'
import { serveProcess } from '../serve-process.ts'

serveProcess<Target, Record<string, string>>((target, _, folders) => {
  // If it is not a path, it is the name of a file that the request lends.
  const own = isAbsolute(target.own) ? target.own : join(folders!.given, target.own)
  return attack({ ...target, own })
})
