/** What is mounted somewhere. */
export interface Mount {
  readonly id: string
  /** The id of the mount that its place is in. */
  readonly parent: string
  readonly path: string
  readonly isReadOnly: boolean
}

const isReadOnly = (options: string | undefined): boolean =>
  options?.split(',').includes('ro') === true

/** Whether a path lies in a directory, at any depth. */
export const isWithin = (path: string, directory: string): boolean =>
  path !== directory && (directory === '/' || path.startsWith(`${directory}/`))

/** Parses /proc/self/mountinfo (proc(5)), in which a space in a path is `\040`. */
export function mountsIn(text: string): readonly Mount[] {
  const mounts = text.split('\n').flatMap((line): readonly Mount[] => {
    const [own = '', system = ''] = line.split(' - ')
    const [id = '', parent = '', , , place, options] = own.split(' ')
    if (place === undefined) return []
    const bytes = place.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    return [
      {
        id,
        parent,
        path: bytes,
        isReadOnly: isReadOnly(options) || isReadOnly(system.split(' ')[2]),
      },
    ]
  })
  // What is mounted above another later hides it.
  return mounts.filter(
    ({ parent, path }) =>
      !mounts.some((other) => other.parent === parent && isWithin(path, other.path)),
  )
}

/** The mount that a path lies in: of those at one place the last one. */
export const mountOf = (mounts: readonly Mount[], path: string): Mount | undefined =>
  mounts
    .filter((mount) => mount.path === path || isWithin(path, mount.path))
    .reduce<Mount | undefined>(
      (inner, mount) => (mount.path.length >= (inner?.path.length ?? 0) ? mount : inner),
      undefined,
    )
