import * as domain from '@spacedrive/core/domain'
import type { Op } from '@spacedrive/core/ops'
import { z } from 'zod'
import { exampleOf } from './example-of.ts'
import type { JsonSchema } from './operation-schema.ts'

const PLACE = '#/components/schemas/'

type Names = z.core.$ZodRegistry<{ id: string }>

/**
 * The schemas of an OpenAPI document, by name. An input is called `FilesListInput`, an output `FilesListOutput`, unless
 * it is a noun of the domain (`Location`). Outputs refer to the domain's schemas; inputs contain theirs, because a field
 * with a default is optional in an input alone.
 */
export class NamedSchemas {
  readonly #all: Readonly<Record<string, JsonSchema>>
  readonly #inputs: Names = z.registry<{ id: string }>()
  readonly #outputs: Names = z.registry<{ id: string }>()

  constructor(ops: readonly Op[]) {
    for (const [name, schema] of Object.entries(domain)) {
      if (schema instanceof z.ZodType) this.#outputs.add(schema, { id: name })
    }
    for (const { input, name, output } of ops) {
      if (!this.#inputs.has(input)) this.#inputs.add(input, { id: `${pascal(name)}Input` })
      if (!this.#outputs.has(output)) this.#outputs.add(output, { id: `${pascal(name)}Output` })
    }
    this.#all = { ...schemasOf(this.#outputs, 'output'), ...schemasOf(this.#inputs, 'input') }
  }

  /** A request that the operation accepts. */
  exampleInput(op: Op): Readonly<Record<string, unknown>> {
    const example = exampleOf(this.inputOf(op), { resolve: (ref) => this.#named(ref), onlyRequired: true })
    return { ...(example as object), ...CHOSEN[op.name] }
  }

  /** An answer of the operation, with every field. */
  exampleOutput({ output }: Op): unknown {
    const schema = this.#all[this.#outputs.get(output)!.id]!
    return exampleOf(schema, { resolve: (ref) => this.#named(ref), onlyRequired: false })
  }

  #named(ref: string): JsonSchema | undefined {
    return ref.startsWith(PLACE) ? this.#all[ref.slice(PLACE.length)] : undefined
  }

  inputOf({ input }: Op): JsonSchema {
    return this.#all[this.#inputs.get(input)!.id]!
  }

  /** The schemas that the document or another schema refers to. */
  usedBy(document: object): Record<string, JsonSchema> {
    const used = new Set<string>()
    const collect = (value: unknown) => {
      for (const name of namesIn(value)) {
        if (used.has(name)) continue
        used.add(name)
        collect(this.#all[name])
      }
    }
    collect(document)
    return Object.fromEntries(Object.entries(this.#all).filter(([name]) => used.has(name)))
  }

  refToInput({ input }: Op): JsonSchema {
    return { $ref: PLACE + this.#inputs.get(input)!.id }
  }

  refToOutput({ output }: Op): JsonSchema {
    return { $ref: PLACE + this.#outputs.get(output)!.id }
  }
}

/** Fields of requests of which one has to be given, which a schema cannot say. */
const CHOSEN: Readonly<Record<string, object>> = {
  'files.seek': { prefix: 'jo' },
  'sidecars.convert': { allLivePhotos: true, dryRun: true },
  'sidecars.previewConversion': { allLivePhotos: true },
  'sidecars.regenerate': { target: '/home/ann/Pictures/jolla.jpg' },
}

function schemasOf(names: Names, io: 'input' | 'output'): Record<string, JsonSchema> {
  const uri = (id: string) => PLACE + id
  const { schemas } = z.toJSONSchema(names, { io, unrepresentable: 'any', uri })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _place, $schema: _dialect, ...schema }]) => [
      name,
      schema as JsonSchema,
    ]),
  )
}

/** The names of the schemas to which the value refers. */
function namesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
}

/** `FilesList` of `files.list`. */
function pascal(name: string): string {
  return name.replaceAll(/(?:^|\.)(.)/g, (_, first: string) => first.toUpperCase())
}
