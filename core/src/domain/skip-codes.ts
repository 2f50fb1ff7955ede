/** This device cannot generate the sidecar, or there is nothing to generate it from. */
const NOTHING_TO_MAKE = 'Unsupported'
/** The sidecar was generated, and removed again to make room for more important ones. */
export const GIVEN_UP = 'GivenUp'

/** Codes of sidecars in the state `failed` without an error: the user need not look at them. */
export const skipCodes: readonly string[] = [NOTHING_TO_MAKE, GIVEN_UP]

/** Whether a missing sidecar was skipped, as opposed to failed. */
export function isSkipped({ code }: { readonly code: string }): boolean {
  return skipCodes.includes(code)
}
