import { aptPackages } from '../../../src/resources/apt/packages.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const dpkg = ['/var/lib/dpkg', '/var/lib/apt']

/**
 * An archive on the host with two versions of a package, which cannot be configured while
 * /srv/sick is there, and of another one.
 */
const archive = `
  mkdir -p /srv/archive; cd /srv/archive
  for each in tool_1 tool_2 other_1; do
    mkdir -p $each/DEBIAN $each/srv
    echo $each >$each/srv/\${each%_*}
    printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' \\
      \${each%_*} \${each#*_} >$each/DEBIAN/control
    printf '#!/bin/sh\\ntest ! -e /srv/sick || { echo the disk is on fire >&2; exit 1; }\\n' \\
      >$each/DEBIAN/postinst
    chmod 755 $each/DEBIAN/postinst
    dpkg-deb -b $each $each.deb >/dev/null
    cat $each/DEBIAN/control >>Packages
    echo "Filename: ./$each.deb
Size: $(stat -c %s $each.deb)
SHA256: $(sha256sum <$each.deb | cut -d' ' -f1)
" >>Packages
  done
  echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/own.list
  apt-get -q update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/own.list \\
    -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=0`

export const hostCases: readonly HostCase[] = [
  {
    name: 'a package in a version',
    before: archive,
    resource: () => aptPackages(['tool=1']),
    changes: ['install tool=1'],
    drifts: [{ by: 'dpkg --remove tool', changes: ['install tool=1'], also: dpkg }],
    errors: [
      {
        by: 'dpkg --remove tool; touch /srv/sick',
        says: /the disk is on fire/,
        after: 'rm /srv/sick',
        except: [...dpkg, '/srv/tool'],
      },
    ],
  },
  {
    name: 'a package that is to go, with its settings',
    before: 'apt-get -q -y install other',
    resource: () => aptPackages(['other'], { state: 'absent', purge: true }),
    changes: ['purge other'],
    drifts: [{ by: 'apt-get -q -y install other', changes: ['purge other'], also: dpkg }],
  },
]
