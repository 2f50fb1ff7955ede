/** The version of this page, put in when it is built. */
declare const __VERSION__: string

/** Opened by `early.ts`; whoever connects first takes it. */
declare var earlySocket: WebSocket | undefined

/** The same where the daemon is to prove itself first. */
declare var earlyProof: Promise<object> | undefined
