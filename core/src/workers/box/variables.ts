// A separate module, because the first Node of a boxed process loads it, and must load as little as possible.

/** Tells a boxed process which version of Landlock confines it. */
export const VERSION_VARIABLE = 'SPACEDRIVE_LANDLOCK_VERSION'

/** Tells a boxed process that its pool starts no programs, so that the process blocks them for itself. */
export const SEALED_VARIABLE = 'SPACEDRIVE_NO_PROGRAMS'
