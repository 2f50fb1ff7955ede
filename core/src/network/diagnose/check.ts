/** One thing that was looked at; `fix` is what a person does about it, a command where there is one. */
export interface NetworkCheck {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
  readonly fix: string | null
}

export interface NetworkDiagnosis {
  /** Nothing is to be seen to. */
  readonly ok: boolean
  readonly checks: NetworkCheck[]
}

export function fine(name: string, detail: string): NetworkCheck {
  return { name, state: 'ok', detail, fix: null }
}

export function warning(name: string, detail: string, fix: string | null): NetworkCheck {
  return { name, state: 'warning', detail, fix }
}

export function broken(name: string, detail: string, fix: string | null): NetworkCheck {
  return { name, state: 'error', detail, fix }
}
