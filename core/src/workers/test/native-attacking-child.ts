import { nativeAttack, type NativeReport, type NativeTarget } from '../../../testing/native-attack.ts'
import { serveProcess } from '../serve-process.ts'

serveProcess<NativeTarget, NativeReport>((target) => Promise.resolve(nativeAttack(target)))
