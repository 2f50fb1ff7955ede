/**
 * Removes personal data and file names: the home folder, the names of user and machine, and every path below a folder
 * that does not belong to the system. The remaining text still shows the kind of the error.
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
