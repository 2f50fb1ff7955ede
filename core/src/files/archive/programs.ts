/** Programs that list archives, the first that is there. */
export const BSDTAR = ['bsdtar'] as const
export const SEVEN_ZIP = ['7z', '7zz', '7za'] as const
export const LISTERS: readonly string[] = [...BSDTAR, ...SEVEN_ZIP]
