/** Limits for one document. The operations limit their own results. */
export const MAX_BODY_BYTES = 256 * 1024
/** Words and signs; the parser goes no further. */
export const MAX_TOKENS = 4_000
/** Operations asked for at once, under whatever names: as many as a screen asks for. */
export const MAX_ROOT_FIELDS = 32
/** Fields with those of fragments, each time they are used. The widest answer has some fifty. */
export const MAX_FIELDS = 1_000
/** Levels of fields. Nothing but a folder of sizes, which is in itself again, is deeper than six. */
export const MAX_DEPTH = 12
