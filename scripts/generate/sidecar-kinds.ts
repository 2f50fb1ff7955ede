import type { SidecarKindFacts } from '../../core/src/domain/sidecar-kind-facts.ts'
import { Config } from '../../core/src/config/schema.ts'
import { NOTHING_ADDED, sidecarKindsWith } from '../../core/src/sidecars/generators/index.ts'

type Kind = SidecarKindFacts & { readonly kind: string }

/** The module with the facts of all kinds of sidecars, for code that must not load the generators. */
export function sidecarKindsModule(): string {
  // Sorted by number, so that the order of the list changes nothing.
  const kinds = sidecarKindsWith(Config.parse({}), NOTHING_ADDED).toSorted((a, b) => a.number - b.number)
  return `// Written by \`npm run generate\` from the list in core/src/sidecars/generators/index.ts.

import type { SidecarKindFacts } from './sidecar-kind-facts.ts'

export const sidecarKindFacts = {
${kinds.map(factsText).join('')}} as const satisfies Readonly<Record<string, SidecarKindFacts>>
`
}

function factsText({ folder, kind, label, number, origin, phase, preview, priority, search, usual }: Kind): string {
  return `  ${key(kind)}: {
    number: ${number},
    folder: ${text(folder)},
    label: ${text(label)},
    phase: ${text(phase)},
    usual: { desktop: ${text(usual.desktop)}, mobile: ${text(usual.mobile)} },
    priority: ${priority},
    search: ${text(search)},
    preview: ${text(preview)},
    origin: ${text(origin)},
  },
`
}

function key(name: string): string {
  return /^[a-z]+$/.test(name) ? name : text(name)
}

function text(value: string | null): string {
  if (value === null) return 'null'
  if (/['\\\n]/.test(value)) throw new Error(`${value}: a text of a kind has no quotation mark and no backslash`)
  return `'${value}'`
}
