/** Classes of file systems, by the names from `filesystemName`. */

/** Interfaces to the kernel, which store nothing. They are never volumes. */
const PSEUDO = new Set(
  `autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devfs devpts devtmpfs efivarfs fdescfs fusectl hugetlbfs linprocfs
   linsysfs lxcfs mqueue nfsd nsfs nullfs portal proc procfs pstore rpc_pipefs securityfs selinuxfs smackfs sysfs
   tracefs volfs`.split(/\s+/),
)

/**
 * Cloud storage that is mounted as a file system. Every read downloads the file, and the reported disk blocks are
 * wrong.
 */
const CLOUD = new Set(
  `blobfuse blobfuse2 gcsfuse gdfs geesefs goofys google-drive-ocamlfuse juicefs mount-s3 onedriver onedrive-fuse rclone
   s3fs s3ql`.split(/\s+/),
)

const NETWORK = new Set([
  ...CLOUD,
  ...`9p afp afs beegfs ceph curlftpfs davfs drvfs ftp glusterfs gvfsd-fuse hgfs lustre ncpfs nfs orangefs prl_fs smb sshfs
     vboxsf vmhgfs virtiofs webdav`.split(/\s+/),
])

const MEMORY = new Set(['tmpfs', 'ramfs'])
const CONTAINER = new Set(['overlay', 'aufs', 'shiftfs', 'fuse-overlayfs'])
/** Compressed, read-only images, for example of snaps and live systems. */
const IMAGE = new Set(['squashfs', 'cramfs', 'snapfuse', 'squashfuse'])

/** XFS is not in the list: it shares blocks only if it was formatted that way, and the mount table does not tell. */
const COPY_ON_WRITE = new Set(['apfs', 'bcachefs', 'btrfs', 'refs', 'zfs'])

export type FilesystemClass = 'pseudo' | 'network' | 'memory' | 'container' | 'image' | 'disk'

/** The class of a file system, by its normalised name. */
export function filesystemClass(name: string): FilesystemClass {
  if (PSEUDO.has(name)) return 'pseudo'
  if (NETWORK.has(name)) return 'network'
  if (MEMORY.has(name)) return 'memory'
  if (CONTAINER.has(name)) return 'container'
  if (IMAGE.has(name)) return 'image'
  return 'disk'
}

/** Whether reading a file downloads it from a cloud provider. */
export function isCloudFilesystem(name: string): boolean {
  return CLOUD.has(name)
}

/** Whether a copy on this file system can share blocks. */
export function sharesBlocks(name: string): boolean {
  return COPY_ON_WRITE.has(name)
}

const SAME: Readonly<Record<string, string>> = {
  afpfs: 'afp',
  cifs: 'smb',
  davfs2: 'davfs',
  fat12: 'fat',
  fat16: 'fat',
  fat32: 'fat',
  ftpfs: 'ftp',
  hfs: 'hfs+',
  hfsplus: 'hfs+',
  msdos: 'fat',
  nfs4: 'nfs',
  'ntfs-3g': 'ntfs',
  ntfs3: 'ntfs',
  overlayfs: 'overlay',
  smb3: 'smb',
  smbfs: 'smb',
  ufsd: 'ntfs',
  vfat: 'fat',
  'vmhgfs-fuse': 'vmhgfs',
}

/** The normalised name of a file system, the same for all systems and drivers: lower case, without `fuse.`. */
export function filesystemName(raw: string): string {
  const name = raw.toLowerCase().replace(/^(?:fuse|macfuse|osxfuse)\./, '')
  return SAME[name] ?? name
}
