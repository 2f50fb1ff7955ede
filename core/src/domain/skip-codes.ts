/** This device cannot generate the sidecar, or there is nothing to generate it from. */
const NOTHING_TO_MAKE = 'Unsupported'
/** The sidecar was generated, and removed again to make room for more important ones. */
export const GIVEN_UP = 'GivenUp'

/** Error codes of sidecars whose state is `failed` although nothing is wrong: they count as skipped. */
export const skipCodes: readonly string[] = [NOTHING_TO_MAKE, GIVEN_UP]

/** Whether a failed sidecar counts as skipped. */
export function isSkipped({ code }: { readonly code: string }): boolean {
  return skipCodes.includes(code)
}
