import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'
import { MAX_DEPTH, MAX_FIELDS, MAX_ROOT_FIELDS } from './limits.ts'

/** Refuses documents that are too large, before any operation runs. */
export function limitRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document: DocumentNode) {
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue
        const refusal = tooMuch(definition, (name) => context.getFragment(name) ?? null)
        if (refusal === null) continue
        const extensions = { code: 'InvalidInput' }
        context.reportError(new GraphQLError(refusal, { nodes: definition, extensions }))
      }
    },
  }
}

type FindFragment = (name: string) => FragmentDefinitionNode | null

/** Returns the reason to refuse an operation; null if it is within the limits. */
function tooMuch(operation: OperationDefinitionNode, fragment: FindFragment): string | null {
  let seen = 0
  let roots = 0
  let deepest = 0
  // `depth` is null inside a description of the schema. Its depth is limited by the schema itself, but its fields
  // count: a document may ask for all of it under many names.
  const walk = (set: SelectionSetNode, depth: number | null) => {
    for (const selection of set.selections) {
      // The limit also ends fragments that contain themselves, which another rule refuses.
      if (++seen > MAX_FIELDS) return
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const used = fragment(selection.name.value)
        if (used) walk(used.selectionSet, depth)
        continue
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth)
        continue
      }
      if (depth === null || selection.name.value.startsWith('__')) {
        if (selection.selectionSet) walk(selection.selectionSet, null)
        continue
      }
      if (depth === 1) roots++
      deepest = Math.max(deepest, depth)
      if (selection.selectionSet) walk(selection.selectionSet, depth + 1)
    }
  }
  walk(operation.selectionSet, 1)
  if (seen > MAX_FIELDS) return `a document has at most ${MAX_FIELDS} fields, with those of its fragments`
  if (roots > MAX_ROOT_FIELDS) return `at most ${MAX_ROOT_FIELDS} operations are asked for at once, not ${roots}`
  if (deepest > MAX_DEPTH) return `fields are at most ${MAX_DEPTH} levels deep, not ${deepest}`
  return null
}
