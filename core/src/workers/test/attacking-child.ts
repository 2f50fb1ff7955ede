import { serveProcess } from '../serve-process.ts'
import { attack, type Target } from './attack.ts'

serveProcess<Target, Record<string, string>>(attack)
