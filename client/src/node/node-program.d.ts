export const OLDEST_NODE: number
export function nodeProgram(): string | null
