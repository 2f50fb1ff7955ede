/** An inode as the database stores it: a number if a double can hold it exactly, otherwise its 8 bytes, big-endian. */
export type Inode = number | Uint8Array

export function toInode(inode: bigint): Inode {
  if (inode >= 0n && inode <= MAX_SAFE) return Number(inode)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, inode))
  return new Uint8Array(bytes)
}

/** An inode as a value that can be compared and used as a map key. */
export function inodeKey(inode: Inode): number | string {
  return typeof inode === 'number' ? inode : Buffer.from(inode).toString('hex')
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
