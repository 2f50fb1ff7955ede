import { expect, test } from 'vitest'
import { commandCalled } from './command-spec.ts'
import { type ContractOp, loadContract } from './contract.ts'
import { allCommands } from './main.ts'

const contract = loadContract()
const commands = allCommands()
const listed = new Set<string>(contract.filter(({ kind }) => kind === 'query').map(({ name }) => name))

/** The hints of an operation that name a field, an operation or a command that does not exist. */
function wrongHints({ cli, input, name, output }: ContractOp): string[] {
  if (cli === null) return []
  const { confirmWith = {}, contents = [], defaults = {}, exit = {}, flagAliases = {}, names, next } = cli
  const { paths = [], positional = [], references = [], shortIds = {} } = cli
  const named = [
    contents,
    paths,
    positional,
    references,
    ...[confirmWith, defaults, flagAliases, shortIds].map(Object.keys),
  ]
  const lists = [...Object.values(shortIds), ...(names === undefined ? [] : [names])]
  const words = next?.split(' ').filter((word) => !word.startsWith('<')) ?? []
  return [
    ...named.flat().filter((field) => !Object.hasOwn(input.properties ?? {}, field)),
    ...Object.values(exit).filter((field) => !Object.hasOwn(output.properties ?? {}, field)),
    ...lists.filter((list) => !listed.has(list)),
    ...(next !== undefined && commandCalled(words, commands) === null ? [next] : []),
  ].map((hint) => `${name}: ${hint}`)
}

test('the hints of every operation name fields, queries and commands that exist', () => {
  expect(contract.flatMap(wrongHints)).toEqual([])
})
