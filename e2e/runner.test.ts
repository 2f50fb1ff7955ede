import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isAlive } from '../core/testing/processes.ts'
import { runRoles } from './runner.ts'

const file = fileURLToPath(new URL('test/bad-roles.ts', import.meta.url))

test.each([
  {
    role: 'failing',
    why: 'failing ended without success (exit 1)',
    shown: /failing \| about to fail\n[^]*as it was meant to/,
  },
  { role: 'quitting', why: 'quitting ended without success (exit 0)', shown: /quitting \| @pid-\d+/ },
])(
  'a role that is $role fails the scenario, with what was said, and ends its partner',
  async ({ role, shown, why }) => {
    const message = await failureOf(['patient', role])
    expect(message.split('\n')[0]).toBe(why)
    expect(message).toMatch(shown)
    expect(pidsIn(message).filter(isAlive)).toEqual([])
  },
)

test('roles that do not come to an end are ended at the time limit', async () => {
  const message = await failureOf(['patient', 'deaf'], 3_000)
  expect(message.split('\n')[0]).toBe('not every role was done after 3 s')
  expect(pidsIn(message).filter(isAlive)).toEqual([])
})

async function failureOf(roles: readonly string[], timeoutMs?: number): Promise<string> {
  return runRoles({ file, name: 'they fail', roles, timeoutMs }).then(
    () => 'no failure',
    (err: Error) => err.message,
  )
}

function pidsIn(message: string): number[] {
  return Array.from(message.matchAll(/@pid-(\d+)/g), ([, pid]) => Number(pid))
}
