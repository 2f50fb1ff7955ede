/** Nothing here makes it, or there is nothing to make of it. */
const NOTHING_TO_MAKE = 'Unsupported'
/** It was made, and given up again for something that is more needed. */
export const GIVEN_UP = 'GivenUp'

/** The codes of sidecars whose state is `failed` while nothing went wrong: nobody has to look at them. */
export const skipCodes: readonly string[] = [NOTHING_TO_MAKE, GIVEN_UP]

/** Whether one that is not there was passed over, as against what went wrong. */
export function isSkipped({ code }: { readonly code: string }): boolean {
  return skipCodes.includes(code)
}
