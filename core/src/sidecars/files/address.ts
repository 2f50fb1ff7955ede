import { ContentId, sidecarKindFacts, sidecarKinds } from '../../domain/index.ts'
import type { SidecarKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { type SidecarKey, withoutAlias } from './paths.ts'

export const SIDECAR_SCHEME = 'sidecar://'

/** The parts of an address. In a pattern, `*` and `?` are wildcards as in a shell. */
export interface SidecarAddress {
  /** The id of a content, or a pattern for ids. */
  readonly content: string
  readonly kinds: readonly SidecarKind[]
  /** For example `grid@2x.webp`, or a pattern. */
  readonly file: string
}

/** Parses `sidecar://<content>/<kind's folder>/<file>`; the last parts may be left out. Throws `InvalidInput`. */
export function parseSidecarAddress(text: string): SidecarAddress {
  const [content = '', folder = '*', file = '*', ...rest] = text.slice(SIDECAR_SCHEME.length).split('/')
  const wrong = (problem: string) =>
    new CoreError(
      'InvalidInput',
      `${text} is not a sidecar address: ${problem}; an example is ${SIDECAR_SCHEME}<content>/thumbs/grid@2x.webp`,
    )
  if (!text.startsWith(SIDECAR_SCHEME) || rest.length > 0) throw wrong('it has three parts')
  if (!isPattern(content) && !ContentId.safeParse(content).success) throw wrong(`"${content}" is no id of a content`)
  const matches = wildcard(folder || '*')
  const kinds = sidecarKinds.filter((kind) => matches.test(sidecarKindFacts[kind].folder))
  if (kinds.length === 0)
    throw wrong(
      `there is no folder ${folder}; there are ${sidecarKinds.map((kind) => sidecarKindFacts[kind].folder).join(', ')}`,
    )
  return { content, kinds, file: withoutAlias(folder, file) || '*' }
}

/** Whether the part contains wildcards, so that it may match several names. */
export function isPattern(part: string): boolean {
  return /[*?]/.test(part)
}

export function formatSidecarAddress({ contentId, kind, variant, format }: SidecarKey): string {
  return `${SIDECAR_SCHEME}${contentId}/${sidecarKindFacts[kind].folder}/${variant}.${format}`
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}
