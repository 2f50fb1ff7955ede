/** The message for damaged films and sound files, whichever engine detects the damage. */
export const DAMAGED = 'it is cut off or damaged'
