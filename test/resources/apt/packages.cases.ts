import type { PackageState } from '../../../src/facts/apt/packages.js'
import refuseText from '../../../src/core/refuse.sh.js'
import aptGetText from '../../../src/facts/apt/apt-get.sh.js'
import missingText from '../../../src/facts/apt/missing.sh.js'
import onlyText from '../../../src/facts/apt/only.sh.js'
import removeText from '../../../src/resources/apt/remove.sh.js'
import updateText from '../../../src/resources/apt/update.sh.js'
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

const prepare =
  'export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none'
const update = [aptGetText, updateText, prepare, 'fettle_apt_update'].join('\n')

/** The script that installs: apt's own error comes last, after what explains it. */
const install = (names: string, flags = ''): string =>
  [
    aptGetText,
    refuseText,
    missingText,
    prepare,
    `fettle_apt_repaired install --no-remove ${flags} -- ${names} && exit`,
    'failed_=$?',
    `fettle_apt_missing ${names}`,
    'exit $failed_',
  ].join('\n')

/** The script that removes or purges. */
const remove = (verb: 'remove' | 'purge', shown: string, names: string): string =>
  [
    aptGetText,
    refuseText,
    onlyText,
    removeText,
    prepare,
    `fettle_apt_remove ${verb} ${shown} ${names}`,
  ].join('\n')

export const cases: readonly Case[] = [
  {
    name: 'from nothing',
    example: true,
    resource: () => aptPackages(['git'], { updateCache: { maxAge: 3600 }, recommends: false }),
    facts: apt({}, null),
    changes: ['fetch the package lists', 'install git'],
    effects: ['change', 'create'],
    scripts: [update, install('git', '--no-install-recommends')],
    keys: { apt: ['git'] },
  },
  {
    name: 'several',
    resource: () => aptPackages(['git', 'g++', 'libc6:i386']),
    facts: apt({}),
    changes: ['install git, g++, libc6:i386'],
    scripts: [install('git g++ libc6:i386')],
    keys: { apt: ['git', 'g++', 'libc6:i386'] },
  },
  {
    name: 'several that are there',
    resource: () => aptPackages(['git', 'awk']),
    facts: apt({ git: git(), awk: git({ providedBy: 'mawk', version: '1.3.4' }) }),
    changes: [],
    reason: 'git 1:2.39.5-0+deb12u3, awk by mawk 1.3.4',
  },
  {
    name: 'there',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git() }, null),
    changes: [],
    reason: 'git 1:2.39.5-0+deb12u3',
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
    name: 'lists that are just young enough are not fetched',
    resource: () => aptPackages(['git'], { updateCache: { maxAge: 100 } }),
    facts: apt({}),
    changes: ['install git'],
    scripts: [install('git')],
  },
  {
    name: 'with what it recommends',
    resource: () => aptPackages(['git'], { recommends: true }),
    facts: apt({}),
    changes: ['install git'],
    scripts: [install('git', '--install-recommends')],
  },
  {
    name: 'removed by the name that apt has for it',
    resource: () => aptPackages(['git:amd64'], { state: 'absent' }),
    facts: apt({ 'git:amd64': git() }),
    changes: ['remove git:amd64'],
    effects: ['remove'],
    scripts: [remove('remove', 'git', 'git')],
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
    name: 'known to dpkg, and never installed',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ status: 'not-installed', version: '' }) }),
    changes: ['install git'],
  },
  {
    name: 'half configured',
    resource: () => aptPackages(['git', 'curl']),
    facts: apt({ git: git({ status: 'half-configured' }) }),
    changes: ['install curl; configure git (half-configured)'],
    scripts: [install('git curl')],
  },
  {
    name: 'half installed',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ status: 'half-installed' }) }),
    changes: ['blocked: git is half installed'],
    remedy: 'run apt-get install --reinstall git on the host and read what it says',
    lacks: ['package:git'],
  },
  {
    name: 'to be installed again',
    resource: () => aptPackages(['git']),
    facts: apt({ git: git({ reinstall: true }) }),
    changes: ['blocked: git is half installed'],
    remedy: 'run apt-get install --reinstall git on the host and read what it says',
    lacks: ['package:git'],
  },
  {
    name: 'provided by another',
    resource: () => aptPackages(['awk']),
    facts: apt({ awk: git({ providedBy: 'mawk' }) }),
    changes: [],
    reason: 'awk by mawk 1:2.39.5-0+deb12u3',
  },
  {
    name: 'the version it should have',
    resource: () => aptPackages(['git=1:2.39*']),
    facts: apt({ git: git() }),
    changes: [],
  },
  {
    name: 'the whole version it should have',
    resource: () => aptPackages(['git=1:2.39.5-0+deb12u3']),
    facts: apt({ git: git() }),
    changes: [],
    reason: 'git 1:2.39.5-0+deb12u3',
  },
  {
    name: 'a version of one that is missing',
    resource: () => aptPackages(['git=1:2.39*', 'curl']),
    facts: apt({}),
    changes: ['install git=1:2.39*, curl'],
    scripts: [install("'git=1:2.39*' curl")],
  },
  {
    name: 'another version',
    resource: () => aptPackages(['git=1:2.40*']),
    facts: apt({ git: git() }),
    changes: ['git 1:2.39.5-0+deb12u3 → 1:2.40*'],
    effects: ['change'],
    scripts: [install("'git=1:2.40*'")],
    keys: { apt: ['git'] },
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
    remedy: 'run apt-mark unhold git on the host if they may be changed',
    lacks: ['package:git'],
  },
  {
    name: 'several that are held',
    resource: () => aptPackages(['git', 'curl', 'awk'], { state: 'absent' }),
    facts: apt({ git: git({ held: true }), curl: git({ held: true }), awk: git() }),
    changes: ['blocked: held: git, curl'],
    remedy: 'run apt-mark unhold git curl on the host if they may be changed',
    lacks: ['package:git', 'package:curl'],
  },
  {
    name: 'removed',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git() }),
    changes: ['remove git'],
    scripts: [remove('remove', 'git', 'git')],
  },
  {
    name: 'already removed',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git({ status: 'config-files' }) }),
    changes: [],
    reason: 'none of them is installed',
  },
  {
    name: 'known to dpkg, and not there to be removed',
    resource: () => aptPackages(['git'], { state: 'absent' }),
    facts: apt({ git: git({ status: 'not-installed', version: '' }) }),
    changes: [],
    reason: 'none of them is installed',
  },
  {
    name: 'several removed',
    resource: () => aptPackages(['git', 'vim', 'curl'], { state: 'absent' }),
    facts: apt({ git: git(), curl: git({ aptName: 'curl' }) }),
    changes: ['remove git, curl'],
    scripts: [remove('remove', "'git, curl'", 'git curl')],
  },
  {
    name: 'purged',
    resource: () => aptPackages(['git'], { state: 'absent', purge: true }),
    facts: apt({ git: git({ status: 'config-files' }) }),
    changes: ['purge git'],
    effects: ['remove ! the configuration files and data that its packages delete are lost'],
    scripts: [remove('purge', 'git', 'git')],
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
    lacks: ['package:git'],
  },
  {
    name: 'a lower version',
    resource: () => aptPackages(['git=1:2.30*'], { allowDowngrade: true }),
    facts: apt({ git: git() }),
    changes: ['git 1:2.39.5-0+deb12u3 → 1:2.30*'],
    scripts: [install("'git=1:2.30*'", '--allow-downgrades')],
  },
]
