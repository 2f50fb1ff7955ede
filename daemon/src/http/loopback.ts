/** The address of the daemon. Other machines cannot reach it. */
export const LOOPBACK = '127.0.0.1'
/** The host names that requests may use. */
export const LOOPBACK_NAMES = [LOOPBACK, 'localhost']
