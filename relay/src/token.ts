/** The form of a relay's token: characters that stand in an address as they are. */
export const RELAY_TOKEN = /^[A-Za-z0-9._~-]{1,200}$/
/** The TCP and UDP port of a relay where no other is named. */
export const DEFAULT_RELAY_PORT = 3_340
