/** What is said of a file in which there is nothing to hear: no other decoder finds more. */
export const NO_SOUND = 'it has no sound'
export const NO_LENGTH = 'its sound has no length'
