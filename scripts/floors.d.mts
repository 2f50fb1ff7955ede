export interface Floor {
  readonly rooms: readonly string[]
  readonly about: string
}
export const floors: readonly Floor[]
export function roomOf(path: string): string
