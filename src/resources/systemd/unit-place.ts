import type { Thing } from '../../core/thing.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { blocked, type Blocked, type Change } from '../../core/change.js'
import type { PathEntry } from '../../facts/files/path.js'

/** Where administrators have their units. */
export const directory = '/etc/systemd/system'
export const pathOf = (name: string): string => `${directory}/${name}`

/** The permissions of a unit: everybody may read it. */
export const mode = 0o644

/**
 * The error for anything but a regular file where a unit is to be.
 * @param then what follows once the path is free
 */
export function occupied(
  { name, path }: { readonly name: string; readonly path: string },
  file: PathEntry | null,
  then?: readonly Change[],
): Blocked | null {
  if (file === null || file.kind === 'file') return null
  const lacks = [`path:${path}`] as const
  if (file.kind !== 'link')
    return blocked(`${path} is not a file`, 'move away what is there', { lacks })
  if (file.target === '/dev/null')
    return blocked(
      `${name} is masked: ${path} is a link to /dev/null`,
      `run systemctl unmask ${name} on the host, or give systemd.service masked: false before this resource`,
      omitUndefined({ lacks: [`unit:${name}` as const], then }),
    )
  return blocked(
    `${path} is a symbolic link to ${file.target ?? 'something'}`,
    'remove the link: a unit is written as a file',
    { lacks },
  )
}

/** What a change of a unit brings. */
export const bringsOf = (name: string): readonly Thing[] => [`unit:${name}`, `path:${pathOf(name)}`]
