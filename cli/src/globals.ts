import { resolve } from 'node:path'
import type { FlagSpec } from './command-spec.ts'

/** The values of the flags that every command takes, at any place in the line. */
export interface Globals {
  /** As typed; the client knows the variables of the environment that name one. */
  readonly instance: string | undefined
  readonly dataDir: string | undefined
  /** Name or id; the current library where it is not given. */
  readonly library: string | undefined
  readonly json: boolean
  readonly jsonl: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly color: boolean
  /** False: never ask. */
  readonly input: boolean
  readonly yes: boolean
  /** False: do not start the daemon; refuse the command if it is not running. */
  readonly start: boolean
}

export const globalFlags: readonly FlagSpec[] = [
  flag('instance', 'text', 'name of the instance (SPACEDRIVE_INSTANCE)'),
  flag('data-dir', 'path', 'data folder of the instance (SPACEDRIVE_DATA_DIR)'),
  flag('library', 'text', 'name or id of the library; the current library by default'),
  flag('json', 'switch', 'print one JSON document'),
  flag('jsonl', 'switch', 'print one JSON document per line'),
  flag('verbose', 'switch', 'print more details', 'v'),
  flag('quiet', 'switch', 'print only data and errors', 'q'),
  flag('color', 'off', 'use colours (NO_COLOR)'),
  flag('input', 'off', 'ask questions'),
  flag('yes', 'switch', 'answer yes to every question', 'y'),
  flag('start', 'off', 'start the daemon when it is not running'),
  flag('help', 'switch', 'show help, also about a command or a group', 'h'),
  flag('version', 'switch', 'print the version'),
]

export function globalsFrom(values: Readonly<Record<string, unknown>>): Globals {
  return {
    instance: text(values.instance),
    dataDir: absolute(text(values.dataDir)),
    library: text(values.library),
    json: values.json === true,
    jsonl: values.jsonl === true,
    verbose: values.verbose === true,
    quiet: values.quiet === true,
    color: values.color !== false,
    input: values.input !== false,
    yes: values.yes === true,
    start: values.start !== false,
  }
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function flag(name: string, kind: FlagSpec['kind'], summary: string, short?: string): FlagSpec {
  const field = name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())
  return { name, field, kind, summary, choices: [], aliases: [], ...(short ? { short } : {}) }
}
