/** Message for files without sound. After it, no other decoder is tried. */
export const NO_SOUND = 'it has no sound'
export const NO_LENGTH = 'its sound has no length'
