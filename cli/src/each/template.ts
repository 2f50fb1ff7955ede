import { basename, dirname } from 'node:path'
import type { JsonSchema } from '../contract.ts'
import { UsageError } from '../usage-error.ts'

/** One result of a command, as `--json` prints it. */
export type Item = Readonly<Record<string, unknown>> & { readonly path: string }

/** A text with placeholders, ready to be filled in for each result. */
export interface Template {
  /** Whether there is a placeholder. */
  readonly isFilled: boolean
  /** Names that are not valid UTF-8 keep their bytes. */
  fill(item: Item): Buffer
}

type Part = (item: Item) => string | Buffer

/** The placeholders of `fd`: the path and its pieces. Any other name in braces is a field. */
const PATH_PARTS: Readonly<Record<string, Part>> = {
  '': pathOf,
  '/': nameOf,
  '//': (item) => {
    const path = pathOf(item)
    return typeof path === 'string' ? dirname(path) : path.subarray(0, Math.max(1, path.lastIndexOf(SLASH)))
  },
  '.': (item) => withoutExtension(pathOf(item)),
  '/.': (item) => withoutExtension(nameOf(item)),
}

/** `{{` and `}}` stand for braces. */
const PLACEHOLDER = /\{\{|\}\}|\{([^{}]*)\}/g

/**
 * Reads a template: `{}` is the path, `{/}` the name, `{//}` the folder, `{.}` and `{/.}` the path and the name without
 * the extension, and `{size}` or `{location.name}` a field of the result. Throws UsageError for an unknown field.
 */
export function parseTemplate(text: string, item: JsonSchema, words: readonly string[]): Template {
  const parts: Part[] = []
  let isFilled = false
  let end = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [whole, name] = match
    const before = text.slice(end, match.index)
    end = match.index + whole.length
    if (name === undefined) {
      const literal = before + whole[0]!
      parts.push(() => literal)
      continue
    }
    isFilled = true
    parts.push(() => before, PATH_PARTS[name] ?? field(name, item, words))
  }
  const rest = text.slice(end)
  parts.push(() => rest)
  return { isFilled, fill: (of) => Buffer.concat(parts.map((part) => Buffer.from(part(of)))) }
}

function field(name: string, item: JsonSchema, words: readonly string[]): Part {
  const keys = name.split('.')
  let schema: JsonSchema | undefined = item
  for (const key of keys) schema = propertiesOf(schema)[key]
  if (!schema) {
    const known = Object.keys(propertiesOf(item)).join(', ')
    throw new UsageError(`{${name}} is no field of a result; the fields are ${known}`, { words })
  }
  return (of) => {
    const value = keys.reduce<unknown>(
      (at, key) => (at === null || at === undefined ? at : Reflect.get(Object(at), key)),
      of,
    )
    if (value === null || value === undefined) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
}

function propertiesOf(schema: JsonSchema | undefined): Readonly<Record<string, JsonSchema>> {
  return schema?.properties ?? schema?.anyOf?.find(({ properties }) => properties)?.properties ?? {}
}

/** The path of a result; its bytes if they are not valid UTF-8. */
export function pathOf(item: Item): string | Buffer {
  return typeof item.pathBase64 === 'string' ? Buffer.from(item.pathBase64, 'base64') : item.path
}

function nameOf(item: Item): string | Buffer {
  const path = pathOf(item)
  return typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf(SLASH) + 1)
}

function withoutExtension(path: string | Buffer): string | Buffer {
  const nameAt = path.lastIndexOf('/') + 1
  const dot = path.lastIndexOf('.')
  return dot <= nameAt ? path : typeof path === 'string' ? path.slice(0, dot) : path.subarray(0, dot)
}

const SLASH = 0x2f
