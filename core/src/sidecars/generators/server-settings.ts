/** A server in the configuration. */
export interface ServerSettings {
  readonly url: string
  /** The environment variable with the server's key; empty if the server needs none. */
  readonly keyVariable: string
}

/** The group of settings, for messages. */
export interface ServerGroup {
  readonly group: 'embeddings' | 'transcript'
  /** An example of a valid address. */
  readonly example: string
}

/** The reason why these settings name no usable server, in one line; null if they name one. Sends nothing. */
export function whyNoServer({ url, keyVariable }: ServerSettings, { group, example }: ServerGroup): string | null {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return `${group}.url is no address: ${url}; it looks like ${example}`
  const { password, username } = new URL(url)
  if (username !== '' || password !== '')
    return `${group}.url holds a name or a password, which every message would show; put the key into an environment variable and its name into ${group}.keyVariable`
  const key = serverKey(keyVariable)
  const why = key === null ? null : whyNoKey(key)
  if (why === null) return null
  return `the environment variable ${keyVariable}, which ${group}.keyVariable names, ${why} where the daemon runs`
}

/** The key of a server; null if it needs none. */
export function serverKey(keyVariable: string): string | null {
  return keyVariable === '' ? null : (process.env[keyVariable] ?? '')
}

/** Why a key cannot be sent to a server, as words that follow the name of its variable; null if it can be sent. */
function whyNoKey(key: string): string | null {
  if (key === '') return 'is empty'
  // A line break would end the HTTP header, and the error message would reveal the key.
  return /^[\x21-\x7e]+$/.test(key) ? null : 'holds something that is no key: white space, or signs beyond ASCII,'
}
