/**
 * Whether this page came from another machine: TLS is for those alone. What the daemon does for its own machine only
 * (`onlyHere` of an operation) is not offered then.
 */
export const isElsewhere = globalThis.location?.protocol === 'https:'
