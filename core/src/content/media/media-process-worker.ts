import { serveProcess } from '../../workers/serve-process.ts'
import { readMedia } from './read-media.ts'

serveProcess(readMedia)
