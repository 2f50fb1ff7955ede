import { printSchema } from 'graphql'
import { graphqlSchema } from './schema.ts'

/** The schema as a client reads it: `schema.graphql`, which is committed. */
export function printedSchema(): string {
  return `${printSchema(graphqlSchema())}\n`
}
