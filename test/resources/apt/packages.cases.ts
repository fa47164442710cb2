import type { PackageState } from '../../../src/facts/apt/packages.js'
import { aptPackages } from '../../../src/resources/apt/packages.js'
import type { Case } from '../../../src/testing/case.js'

const git = (changed: Partial<PackageState> = {}): PackageState => ({
  status: 'installed',
  version: '1:2.39.5-0+deb12u3',
  held: false,
  reinstall: false,
  providedBy: null,
  aptName: 'git',
  ...changed,
})
const apt = (
  packages: Readonly<Record<string, PackageState>>,
  listsAge: number | null = 100,
): Case['facts'] => ({ apt: { packages, listsAge } })

export const cases: readonly Case[] = [
  {
    name: 'from nothing',
    example: true,
    resource: () => aptPackages(['git'], { updateCache: { maxAge: 3600 }, recommends: false }),
    facts: apt({}, null),
    changes: ['fetch the package lists', 'install git'],
  },
  {
    name: 'several',
    resource: () => aptPackages(['git', 'g++', 'libc6:i386']),
    facts: apt({}),
    changes: ['install git, g++, libc6:i386'],
  },
  {
    name: 'there',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git() }, null),
    changes: [],
  },
  {
    name: 'old lists alone are no change',
    resource: () => aptPackages(['git'], { updateCache: { maxAge: 1 } }),
    facts: apt({ git: git() }),
    changes: [],
  },
  {
    name: 'old lists are fetched first',
    resource: () => aptPackages(['git'], { updateCache: { maxAge: 99 } }),
    facts: apt({}),
    changes: ['fetch the package lists', 'install git'],
  },
  {
    name: 'removed by the name that apt has for it',
    resource: () => aptPackages(['git:amd64'], { state: 'absent' }),
    facts: apt({ 'git:amd64': git() }),
    changes: ['remove git:amd64'],
  },
  {
    name: 'one of two',
    resource: () => aptPackages(['git', 'curl']),
    facts: apt({ git: git() }),
    changes: ['install curl'],
  },
  {
    name: 'removed, configuration kept',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ status: 'config-files' }) }),
    changes: ['install git'],
  },
  {
    name: 'half configured',
    resource: () => aptPackages(['git', 'curl']),
    facts: apt({ git: git({ status: 'half-configured' }) }),
    changes: ['install curl; configure git (half-configured)'],
  },
  {
    name: 'half installed',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ status: 'half-installed' }) }),
    changes: ['blocked: git is half installed'],
  },
  {
    name: 'to be installed again',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ reinstall: true }) }),
    changes: ['blocked: git is half installed'],
  },
  {
    name: 'provided by another',
    resource: () => aptPackages(['awk']),
    facts: apt({ awk: git({ providedBy: 'mawk' }) }),
    changes: [],
  },
  {
    name: 'the version it should have',
    resource: () => aptPackages(['git=1:2.39*']),
    facts: apt({ git: git() }),
    changes: [],
  },
  {
    name: 'another version',
    resource: () => aptPackages(['git=1:2.40*']),
    facts: apt({ git: git() }),
    changes: ['git 1:2.39.5-0+deb12u3 → 1:2.40*'],
  },
  {
    name: 'a version is whole without a star',
    resource: () => aptPackages(['git=1:2.39']),
    facts: apt({ git: git() }),
    changes: ['git 1:2.39.5-0+deb12u3 → 1:2.39'],
  },
  {
    name: 'held, and as it should be',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ held: true }) }),
    changes: [],
  },
  {
    name: 'held at another version',
    resource: () => aptPackages(['git=2*']),
    facts: apt({ git: git({ held: true }) }),
    changes: ['blocked: held: git'],
  },
  {
    name: 'removed',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git() }),
    changes: ['remove git'],
  },
  {
    name: 'already removed',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git({ status: 'config-files' }) }),
    changes: [],
  },
  {
    name: 'purged',
    resource: () => aptPackages(['git'], { state: 'absent', purge: true }),
    facts: apt({ git: git({ status: 'config-files' }) }),
    changes: ['purge git'],
  },
  {
    name: 'what another provides is not removed',
    resource: () => aptPackages(['awk'], { state: 'absent' }),
    facts: apt({ awk: git({ providedBy: 'mawk' }) }),
    changes: [],
  },
  {
    name: 'held against removal',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git({ held: true }) }),
    changes: ['blocked: held: git'],
  },
  {
    name: 'a lower version',
    resource: () => aptPackages(['git=1:2.30*'], { allowDowngrade: true }),
    facts: apt({ git: git() }),
    changes: ['git 1:2.39.5-0+deb12u3 → 1:2.30*'],
  },
]
