/** The result of one check. `fix` is advice for the user, a command if possible. */
export interface NetworkCheck {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'error'
  readonly detail: string
  readonly fix: string | null
}

export interface NetworkDiagnosis {
  /** Whether all checks are ok. */
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
