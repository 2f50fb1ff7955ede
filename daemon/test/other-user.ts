import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Only root can act as another user, and only Linux tells whose a connection is. */
export const canBeOtherUser = process.platform === 'linux' && process.getuid?.() === 0

export interface OtherRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends each request on a connection of its own, one after the other, and prints the answers. */
const PROGRAM = `
process.setgroups([])
process.setgid(65534)
process.setuid(65534)
const { request } = require('node:http')
const { text } = require('node:stream/consumers')
const send = ({ body, url, ...rest }) => new Promise((resolve, reject) => {
  const asked = request(url, { ...rest, agent: false }, async (answer) =>
    resolve({ status: answer.statusCode, body: await text(answer) }))
  asked.on('upgrade', (answer, socket) => { socket.destroy(); resolve({ status: answer.statusCode, body: '' }) })
  asked.on('error', reject)
  asked.end(body)
})
const all = async () => {
  const answers = []
  for (const each of JSON.parse(await text(process.stdin))) answers.push(await send(each))
  console.log(JSON.stringify(answers))
}
void all()`

/** Sends requests as another user of this machine. */
export async function askAsOtherUser(
  requests: readonly OtherRequest[],
): Promise<readonly { readonly status: number; readonly body: string }[]> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(requests))
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  return JSON.parse(said) as { status: number; body: string }[]
}
