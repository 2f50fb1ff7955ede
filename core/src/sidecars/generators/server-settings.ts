/** How the configuration names a server. */
export interface ServerSettings {
  readonly url: string
  /** The environment variable that holds its key; empty where it wants none. */
  readonly keyVariable: string
}

/** Where such settings stand, for messages. */
export interface ServerGroup {
  readonly group: 'embeddings' | 'transcript'
  /** What an address looks like. */
  readonly example: string
}

/** Why no server can be asked with these settings, in one line; null where one can. Nothing is sent to it. */
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

/** The key of a server; null where it wants none. */
export function serverKey(keyVariable: string): string | null {
  return keyVariable === '' ? null : (process.env[keyVariable] ?? '')
}

/** Why this cannot be sent to a server as a key, in words that follow its name; null where it can. */
function whyNoKey(key: string): string | null {
  if (key === '') return 'is empty'
  // A line break would end the header it stands in, and what refuses that says the key.
  return /^[\x21-\x7e]+$/.test(key) ? null : 'holds something that is no key: white space, or signs beyond ASCII,'
}
