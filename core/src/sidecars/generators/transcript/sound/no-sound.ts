/** Messages for files without sound. No other decoder would find any. */
export const NO_SOUND = 'it has no sound'
export const NO_LENGTH = 'its sound has no length'
