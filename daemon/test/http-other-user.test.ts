import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { askAsOtherUser, canBeOtherUser, type OtherRequest } from './other-user.ts'
import { startTestHttp } from './test-http.ts'

test.skipIf(!canBeOtherUser)(
  'another user of this machine who reads a link, the token or an access is not let in by it (only root can try that)',
  async () => {
    await using http = await startTestHttp()
    const { url } = http.server.link('/')
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const code = url.slice(url.lastIndexOf('/') + 1)
    const { access } = await (await http.openPage()).prove()
    const { key } = await http.server.access.createKey({ name: 'of another user', allow: [], days: 1 })
    const signIn: OtherRequest = {
      url: `${http.pageOrigin}/session`,
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: http.pageOrigin },
      body: JSON.stringify({
        code,
        publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
      }),
    }
    const status = (bearer: string, at = http.origin): OtherRequest => ({
      url: `${at}/api/v1/system/status`,
      headers: { authorization: `Bearer ${bearer}` },
    })
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    const webSocket: OtherRequest = {
      url: `${http.pageOrigin}/ws?access=${access}`,
      headers: { ...upgrade, 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    }
    const [signedIn, ...rest] = await askAsOtherUser([
      signIn,
      status(http.token),
      status(access, http.pageOrigin),
      webSocket,
      status('a guess'),
      status(key),
    ])
    expect(signedIn).toMatchObject({ status: 403, body: expect.stringContaining('spacedrive web expose') })
    // What another user is given on purpose, a key, lets that user in.
    expect(rest.map((answer) => answer.status)).toEqual([403, 403, 403, 401, 200])

    // The link is not used up, and this user goes on.
    expect((await http.openPage(url)).id).toMatch(/./)
    for (const bearer of [http.token, access]) {
      const answer = await fetch(`${http.origin}/session`, { headers: { authorization: `Bearer ${bearer}` } })
      expect(answer.status).toBe(204)
    }
    expect(http.server.access.list().map(({ kind }) => kind)).toEqual(['page', 'page', 'key'])
    expect(http.server.access.log(10)).toContainEqual(
      expect.objectContaining({ what: 'refused', detail: expect.stringContaining('another user of this machine') }),
    )
  },
)
