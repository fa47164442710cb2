import { z } from 'zod'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import type { CommonOptions } from '../../core/resource.js'
import { state } from '../../core/schemas.js'
import { aptFact } from '../../facts/apt/packages.js'
import type { WantedPackage } from '../packages/manager.js'
import { planPackages, type AbsentPackages, type PresentPackages } from '../packages/plan.js'
import { aptManager, knownPackages, parseName } from './manager.js'
import { packageState } from './package-state.js'

export interface PackagesOptions extends CommonOptions {
  /**
   * `present`: installed, in any version unless a name gives one. `absent`: removed; their
   * configuration files stay. Default `present`.
   */
  readonly state?: 'present' | 'absent'
  /**
   * With `state: 'absent'`: also remove the configuration files, even of packages that were removed
   * earlier. Default false.
   */
  readonly purge?: boolean
  /**
   * Fetch the package lists before an installation when they are older than `maxAge` seconds.
   * Default: only when there are none. Without anything to install nothing is fetched.
   */
  readonly updateCache?: {
    /** How old the lists may be, in seconds. */
    readonly maxAge: number
  }
  /**
   * Whether to install recommended packages too. Default: as apt is configured on the host (Debian:
   * yes).
   */
  readonly recommends?: boolean
  /**
   * Whether a version that a name gives may be lower than the installed one. Default false: apt
   * refuses.
   */
  readonly allowDowngrade?: boolean
}

/**
 * Debian Policy 5.6.1 and 5.6.12. A `-` at the end is refused: it would tell apt to remove the
 * package.
 */
const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?(=[A-Za-z0-9.+:~-]+\*?)?$/,
    'must be names of packages, such as git or git=1:2.39*',
  )

/**
 * Packages of Debian, managed with apt-get(8), as one resource. A name may have a version
 * (`git=1:2.39.5-0+deb12u2`, or the start of one, `git=1:2.39*`) and an architecture
 * (`libc6:i386`); without an architecture it is the host's own, as with apt.
 *
 * A virtual package is present when an installed package provides it. Other packages are never
 * removed, packages on hold are not touched, and changed configuration files are kept; where one of
 * these prevents the change, the error says so.
 *
 * A plan has apt simulate the change, which writes nothing and waits for no lock. What would fail has
 * failed in the plan, and packages that nobody named stand behind the change: `also installs less`.
 * Nothing is simulated where the package lists are fetched first, or where an earlier change may
 * bring packages or their sources.
 *
 * Taken back, the same packages are there in the same versions: what came is removed, with the
 * configuration files that came with it. A purge deletes what nobody keeps: configuration files, and
 * data of the packages.
 */
export const aptPackages = resource({
  type: 'apt.packages',
  chapter: 'Packages',
  ansible: '`apt`, `package`',
  undo: [packageState],
  arguments: args<[names: readonly string[]]>(
    z.array(nameSchema, 'must be a list of names').min(1, 'must name a package'),
  ),
  options: options<PackagesOptions>({
    state: state.optional(),
    purge: z.boolean().optional(),
    updateCache: z.strictObject({ maxAge: z.number().nonnegative() }).optional(),
    recommends: z.boolean().optional(),
    allowDowngrade: z.boolean().optional(),
  }),
  conflict(names, { state, purge }) {
    const wanted = names.map(parseName)
    if (new Set(wanted.map(({ name }) => name)).size !== names.length)
      return 'a package is named twice'
    if (state !== 'absent') return purge === undefined ? undefined : 'purge needs state absent'
    if (wanted.some(({ version }) => version !== null))
      return 'a version means nothing for packages that are to be absent'
    return undefined
  },
  build(names, options) {
    const wanted = names.map(parseName)
    const manager = aptManager(options)
    const packages = packagesOf(wanted, options)
    const asked = wanted.map(({ name }) => name)
    return desired({
      reads: { apt: request(aptFact, asked) },
      plan: ({ apt }) => planPackages(manager, packages, knownPackages(apt)),
    })
  },
})

function packagesOf(
  wanted: readonly WantedPackage[],
  { state, purge = false, updateCache }: PackagesOptions,
): PresentPackages | AbsentPackages {
  if (state === 'absent') return { state, wanted, purge }
  return { state: 'present', wanted, maxAge: updateCache?.maxAge ?? null }
}
