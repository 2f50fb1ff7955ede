import { CoreError } from '@spacedrive/core'
import { nearest } from '@spacedrive/core/nearest'
import { CONFIRM, LIBRARY } from './request-parameters.ts'

/** Characters of an unknown name that are repeated. */
const MAX_NAMED = 100

/** Requests have these beside their input. */
const besideInput: readonly string[] = [CONFIRM, LIBRARY]

export interface Known {
  readonly names: readonly string[]
  /** The word for what has the name: a field of a JSON document, or a parameter of a URL. */
  readonly noun: 'field' | 'parameter'
  /** Begins the message: `search.files: `. */
  readonly prefix?: string
}

/** The error for a name that a request does not have. The message has the most similar name. */
export function unknownField(name: string, { names, noun, prefix = '' }: Known): CoreError {
  const named = name.slice(0, MAX_NAMED)
  return new CoreError(
    'InvalidInput',
    `${prefix}there is no ${noun} ${JSON.stringify(named)}${advice(named, names, noun)}`,
    {
      details: { issues: [{ field: named, message: 'is unknown' }] },
    },
  )
}

function advice(name: string, names: readonly string[], noun: Known['noun']): string {
  if (noun === 'field' && besideInput.includes(name))
    return `; send ${name} beside the input: ?${name}= in the URL over HTTP, "${name}" beside "params" over JSON-RPC`
  const [hint] = nearest(name, names)
  return hint === undefined ? '' : `; did you mean ${hint}?`
}
