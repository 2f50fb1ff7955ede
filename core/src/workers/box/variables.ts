// A separate module, because the first Node of a boxed process loads it, and must load as little as possible.

/** Environment variable that tells a boxed process which version of Landlock confines it. */
export const VERSION_VARIABLE = 'SPACEDRIVE_LANDLOCK_VERSION'

/** Environment variable that tells a boxed process to block starting programs, because its pool needs none. */
export const SEALED_VARIABLE = 'SPACEDRIVE_NO_PROGRAMS'
