const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

/** Turns as `frame` counts up. */
export function spinner(frame: number): string {
  return frames[frame % frames.length] ?? frames[0]
}
