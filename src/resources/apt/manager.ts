import type { AptState, PackageState } from '../../facts/apt/packages.js'
import type {
  KnownPackage,
  KnownPackages,
  PackageManager,
  PackagePresence,
  WantedPackage,
} from '../packages/manager.js'
import { install, remove, update, type InstallOptions } from './apt-get.js'

/** apt, which installs with these options. */
export const aptManager = (options: InstallOptions): PackageManager => ({
  written: ({ name, version }) => (version === null ? name : `${name}=${version}`),
  meets(asked, installed) {
    if (asked.endsWith('*')) return installed.startsWith(asked.slice(0, -1))
    return installed === asked
  },
  update,
  install: (names) => install(names, options),
  remove,
  unhold: (names) => `apt-mark unhold ${names.join(' ')}`,
  repair: (name) => `apt-get install --reinstall ${name}`,
})

/**
 * A package as apt's users name it: `git`, `git=1:2.39*`, `libc6:i386`. The architecture belongs to
 * the name; without one it is apt's default, the host's own. The version is an exact one, or the
 * start of one with `*` at its end.
 */
export function parseName(given: string): WantedPackage {
  const [name = '', version = null] = given.split('=')
  return { name, version }
}

/** What apt's fact says, in the words of the planning. */
export function knownPackages(apt: AptState | null): KnownPackages {
  const packages: Record<string, KnownPackage> = {}
  for (const [name, found] of Object.entries(apt?.packages ?? {})) {
    const { status, version, held, providedBy, aptName } = found
    packages[name] = {
      presence: presenceOf(found),
      status,
      version,
      held,
      providedBy,
      ownName: aptName,
    }
  }
  return { packages, listsAge: apt?.listsAge ?? null }
}

function presenceOf({ status, reinstall }: PackageState): PackagePresence {
  if (status === 'not-installed') return 'none'
  if (status === 'config-files') return 'leftovers'
  if (status === 'half-installed' || reinstall) return 'broken'
  return status === 'installed' ? 'installed' : 'unfinished'
}
