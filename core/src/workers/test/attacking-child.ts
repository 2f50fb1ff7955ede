import { attack, type Target } from '../../../testing/attack.ts'
import { serveProcess } from '../serve-process.ts'

serveProcess<Target, Record<string, string>>(attack)
