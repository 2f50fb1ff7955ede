// A module of its own: the first Node of a boxed process loads it, and loads as little as possible.

/**
 * Names the descriptor of the channel to the parent. If Node read from it before the box was closed, a request would be
 * lost.
 */
export const CHANNEL_VARIABLE = 'SPACEDRIVE_CHANNEL_FD'

/** Tells a boxed process which version of Landlock confines it. */
export const VERSION_VARIABLE = 'SPACEDRIVE_LANDLOCK_VERSION'
