/**
 * Takes out what says who somebody is and what their files are called: the home folder, the names of user and machine,
 * and every path below a folder that is not the system's. What is left says which kind of thing went wrong.
 */
export function redact(
  text: string,
  { home, names }: { readonly home: string; readonly names: readonly string[] },
): string {
  const withoutHome = home.length > 1 ? text.replaceAll(home, '~') : text
  const withoutPaths = withoutHome.replace(
    userPath,
    (path) => `${path.startsWith('~') ? '~' : (/^\/[^/\s"]*/.exec(path)?.[0] ?? '')}/…`,
  )
  return names
    .filter((name) => name.length >= MIN_NAME)
    .reduce((rest, name) => rest.replaceAll(name, '<name>'), withoutPaths)
}

/** A name of one or two letters is in every other word. */
const MIN_NAME = 3

const userPath = /(?:~|\/(?:home|Users|mnt|media|Volumes|srv|data|root|tmp))\/(?:\\.|[^"\\\n])*/g
