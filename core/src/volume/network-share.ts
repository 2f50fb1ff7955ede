import { isCloudFilesystem } from './filesystems.ts'

/** The source of a network file system, without credentials. */
export interface NetworkShare {
  readonly host: string
  /** The share, in a normalised spelling for comparison, because SMB ignores case. */
  readonly share: string
}

/**
 * Parses the source of a network mount: `nas:/export`, `//alice@nas/Photos`, `alice@host:/home`, `https://host/dav`.
 * Null if the source does not name another machine, for example the tag of a virtual machine or a remote in rclone's
 * configuration.
 */
export function parseShare(filesystem: string, source: string): NetworkShare | null {
  if (isCloudFilesystem(filesystem)) return null
  const slashes = /^[\\/]{2}([^\\/]+)[\\/](.*)$/s.exec(source)
  if (slashes) return { host: hostName(slashes[1]!), share: foldedShare(filesystem, slashes[2]!) }
  const url = /^[a-z]+:\/\/([^/]+)(\/.*)?$/is.exec(source)
  if (url) return { host: hostName(url[1]!), share: withoutSlashes(url[2] ?? '') }
  const colon = /^(\[[^\]]+\]|[^:/]+):(.*)$/s.exec(source)
  if (!colon || /^[a-z]$/i.test(colon[1]!)) return null
  const share = withoutSlashes(colon[2]!)
  // A path relative to a home folder is a different folder for each login.
  const login = filesystem === 'sshfs' && !colon[2]!.startsWith('/') ? (/^([^@]+)@/.exec(colon[1]!)?.[1] ?? '') : ''
  return { host: hostName(colon[1]!), share: login ? `~${login}/${share}` : `/${share}` }
}

/** The name for users: `Photos on nas`. */
export function shareName({ host, share }: NetworkShare): string {
  const last = share.split('/').findLast((part) => part !== '')
  return last === undefined ? host : `${last} on ${host}`
}

function hostName(authority: string): string {
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\._(?:smb|afpovertcp)\._tcp(?=\.local$)/, '')
}

function foldedShare(filesystem: string, share: string): string {
  const plain = withoutSlashes(percentDecoded(share).replaceAll('\\', '/'))
  return filesystem === 'smb' ? plain.toLowerCase() : plain
}

function withoutSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '')
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // The name contains a bare percent sign, so it is not encoded.
    return text
  }
}
