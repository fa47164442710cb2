import { aptPackages, type PackagesOptions } from '../../../../src/resources/apt/packages.js'
import { absent } from '../../../../src/resources/files/absent.js'
import { command } from '../../../../src/resources/commands/command.js'
import { file } from '../../../../src/resources/files/file.js'
import { gitCheckout } from '../../../../src/resources/git/checkout.js'
import { mysqlDatabase } from '../../../../src/resources/mysql/database.js'
import { mysqlUser } from '../../../../src/resources/mysql/user.js'
import { pythonVenv } from '../../../../src/resources/python/venv.js'
import { systemdService } from '../../../../src/resources/systemd/service.js'
import { Secret } from '../../../../src/core/secret.js'
import { user } from '../../../../src/resources/accounts/user.js'
import type { PlanApplyCase } from '../case.js'

/** Packages of an archive on the host, each with further lines of its control file. */
const archived: readonly (readonly [file: string, control: string])[] = [
  ['tool_1', ''],
  ['tool_2', ''],
  ['other_1', ''],
  ['asking_1', 'Depends: tool, other'],
  ['lacking_1', 'Depends: nowhere'],
  ['hating_1', 'Conflicts: tool'],
  ['strict_1', 'Depends: tool (= 1)'],
  ['giving_1', 'Provides: given'],
  ['sick_1', ''],
  ['daemon_1', ''],
]

const archive = `
  mkdir -p /srv/archive; cd /srv/archive
  each() {
    mkdir -p $1/DEBIAN $1/srv/of-package
    echo $1 >$1/srv/of-package/\${1%_*}
    printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' \\
      \${1%_*} \${1#*_} >$1/DEBIAN/control
    if [ -n "$2" ]; then printf '%s\\n' "$2" >>$1/DEBIAN/control; fi
    if [ $1 = sick_1 ]; then printf '#!/bin/sh\\nexit 1\\n' >$1/DEBIAN/postinst; chmod 755 $1/DEBIAN/postinst; fi
    if [ $1 = daemon_1 ]; then
      mkdir -p $1/lib/systemd/system
      printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >$1/lib/systemd/system/daemon.service
    fi
    dpkg-deb -b $1 $1.deb >/dev/null
    cat $1/DEBIAN/control >>Packages
    echo "Filename: ./$1.deb
Size: $(stat -c %s $1.deb)
SHA256: $(sha256sum <$1.deb | cut -d' ' -f1)
" >>Packages
  }
  ${archived.map(([name, control]) => `each ${name} '${control}'`).join('\n  ')}
  echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/own.list
  apt-get -q update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/own.list \\
    -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=0`

const reset = `
  apt-mark unhold tool other >/dev/null 2>&1 || :
  dpkg --force-all -P tool other asking lacking hating strict giving sick daemon >/dev/null 2>&1`

/** What is installed, what is wanted. */
const packages: readonly (readonly [
  what: string,
  before: string,
  names: readonly string[],
  options?: PackagesOptions,
])[] = [
  ['that are installed', 'apt-get -qy install tool', ['tool', 'coreutils']],
  ['that are new', ':', ['tool', 'other']],
  ['in a version', ':', ['tool=1']],
  ['in a version that does not exist', ':', ['tool=3']],
  ['that do not exist', ':', ['nowhere']],
  ['of which one does not exist', ':', ['tool', 'nowhere']],
  ['that need others', ':', ['asking']],
  ['that need what does not exist', ':', ['lacking']],
  ['in a higher version', 'apt-get -qy install tool=1', ['tool=2']],
  ['in a lower version', 'apt-get -qy install tool=2', ['tool=1']],
  [
    'in a lower version by permission',
    'apt-get -qy install tool=2',
    ['tool=1'],
    { allowDowngrade: true },
  ],
  ['that exclude an installed one', 'apt-get -qy install tool', ['hating']],
  ['that exclude each other', ':', ['tool', 'hating']],
  ['that need another version', 'apt-get -qy install tool=2', ['strict']],
  ['on hold', 'apt-get -qy install tool=1; apt-mark hold tool', ['tool=2']],
  ['on hold, in any version', 'apt-get -qy install tool=1; apt-mark hold tool', ['tool']],
  [
    'that need one on hold in another version',
    'apt-get -qy install tool=2; apt-mark hold tool',
    ['strict'],
  ],
  ['that others provide', 'apt-get -qy install giving', ['given']],
  ['that others could provide', ':', ['given']],
  ['that cannot be configured', ':', ['sick']],
  ['that were removed', 'apt-get -qy install tool; dpkg --remove tool', ['tool']],
  ['that were not configured', 'apt-get -qy install sick || :', ['sick']],
  ['that are to go', 'apt-get -qy install tool', ['tool'], { state: 'absent' }],
  ['that are to go and are not there', ':', ['tool', 'nowhere'], { state: 'absent' }],
  ['that are to go and others need', 'apt-get -qy install asking', ['tool'], { state: 'absent' }],
  [
    'that are to go with those that need them',
    'apt-get -qy install asking',
    ['tool', 'asking'],
    { state: 'absent' },
  ],
  [
    'that are to go and are on hold',
    'apt-get -qy install tool; apt-mark hold tool',
    ['tool'],
    { state: 'absent' },
  ],
  ['that are to go and are essential', ':', ['coreutils'], { state: 'absent' }],
  [
    'whose settings are to go',
    'apt-get -qy install tool',
    ['tool'],
    { state: 'absent', purge: true },
  ],
  ['of another architecture', ':', ['tool:armhf']],
]

const bare: readonly PlanApplyCase[] = [
  {
    name: 'what needs programs that are missing',
    run: () => [
      gitCheckout('/srv/code', { repo: '/srv/none', ref: 'main', ignoreFailure: true }),
      pythonVenv('/srv/venv', { packages: ['flask'], ignoreFailure: true }),
      mysqlDatabase('shop', { ignoreFailure: true }),
      mysqlUser('shop', { password: new Secret('a password'), ignoreFailure: true }),
      systemdService('mariadb', { running: true, ignoreFailure: true }),
    ],
  },
  {
    name: 'what needs a package of the run',
    run: () => [
      aptPackages(['daemon']),
      systemdService('daemon', { running: true, stableFor: 0 }),
      file('/srv/of-package/daemon', { content: 'mine\n' }),
    ],
    after: reset,
  },
  {
    name: 'what a package of the run brings anyway',
    run: () => [
      aptPackages(['tool']),
      file('/srv/of-package/own', { content: 'x' }),
      user('apart'),
      command('true', { creates: '/srv/of-package/tool' }),
    ],
    after: reset,
  },
  {
    name: 'packages of which each needs the other gone',
    run: () => [aptPackages(['tool']), aptPackages(['hating'])],
    after: reset,
  },
  {
    name: 'a package that goes before it is wanted by another',
    before: 'apt-get -qy install tool',
    run: () => [aptPackages(['tool'], { state: 'absent' }), aptPackages(['asking'])],
    after: reset,
  },
  {
    name: 'packages in two steps',
    run: () => [aptPackages(['tool=1']), aptPackages(['asking', 'strict'])],
    after: reset,
  },
  {
    name: 'a package without lists',
    before: 'mkdir /srv/lists; mv /var/lib/apt/lists/* /srv/lists/',
    run: () => [aptPackages(['nowhere-at-all'])],
    after: 'rm -rf /var/lib/apt/lists/*; mv /srv/lists/* /var/lib/apt/lists/',
  },
  {
    name: 'a source of packages that goes, then a package',
    before: 'cp /etc/apt/sources.list.d/own.list /srv/own.list',
    run: () => [absent('/etc/apt/sources.list.d/own.list'), aptPackages(['other'])],
    after: `mv /srv/own.list /etc/apt/sources.list.d/own.list; ${reset}`,
  },
]

export const packageCases: readonly PlanApplyCase[] = [
  { name: 'an archive', before: archive, run: () => [aptPackages(['tool'])], after: reset },
  ...packages.map(([what, before, names, options = {}]) => ({
    name: `packages ${what}`,
    before: `export DEBIAN_FRONTEND=noninteractive; { ${before}
      } >/dev/null 2>&1`,
    run: () => [aptPackages(names, options)],
    after: reset,
  })),
  ...bare,
]
