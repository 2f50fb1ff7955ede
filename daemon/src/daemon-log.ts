import { writeSync } from 'node:fs'
import { pino, stdSerializers, stdTimeFunctions } from 'pino'
import type { Logger } from '@spacedrive/core'
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts'

export interface LogSettings extends RotatingFileOptions {
  readonly level: string
}

/** The daemon's log: JSON lines, one a sentence with its fields. */
export interface DaemonLog extends Disposable {
  readonly logger: Logger
  apply(settings: LogSettings): void
}

export interface DaemonLogOptions {
  readonly file: string
  /** Lines go to stdout as well. */
  readonly stdout: boolean
}

/** Log settings until the configuration is read. */
const firstSettings: LogSettings = { level: 'info', maxBytes: 10_485_760, files: 5 }

export function openDaemonLog({ file, stdout }: DaemonLogOptions): DaemonLog {
  const target = new RotatingFile(file, { ...firstSettings })
  const write = (line: string) => {
    target.write(line)
    if (stdout) writeToStdout(line)
  }
  const logger = pino(
    {
      level: firstSettings.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: stdSerializers.errWithCause },
    },
    { write },
  )
  return {
    logger,
    apply({ files, level, maxBytes }) {
      logger.level = level
      Object.assign(target.options, { files, maxBytes })
    },
    [Symbol.dispose]: () => target[Symbol.dispose](),
  }
}

function writeToStdout(line: string): void {
  try {
    writeSync(process.stdout.fd, line)
  } catch {
    // The reader is gone or too slow. The log file has the line.
  }
}
