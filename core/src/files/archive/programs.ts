/** Programs that list archives; the first one that is installed is used. */
export const BSDTAR = ['bsdtar'] as const
export const SEVEN_ZIP = ['7z', '7zz', '7za'] as const
/** On Debian and Ubuntu, the programs above are scripts that start these. */
const PACKAGED = ['7z', '7za', '7zr', '7zz'].flatMap((name) => [`/usr/lib/p7zip/${name}`, `/usr/lib/7zip/${name}`])
/** All programs that may be started to list an archive. */
export const LISTERS: readonly string[] = [...BSDTAR, ...SEVEN_ZIP, ...PACKAGED]
