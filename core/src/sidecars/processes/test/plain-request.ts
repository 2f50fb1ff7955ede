/** What a generator that looks at nothing but the file, and keeps nothing half made, is also told. */
export const PLAIN_REQUEST = { names: [], inputs: [], settings: null, part: '' } as const
