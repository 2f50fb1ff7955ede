/** What is said of films and recordings, whichever engine has found it out. */
export const DAMAGED = 'it is cut off or damaged'
