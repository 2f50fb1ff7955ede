/** What a generator that looks at nothing but the file is also told. */
export const PLAIN_REQUEST = { names: [], inputs: [], settings: null } as const
