/** A package of a test archive, for all architectures. */
export interface ArchivedPackage {
  readonly name: string
  readonly version: string
  /** Further fields of its control file: `Depends: base (= 1)`. */
  readonly fields?: readonly string[]
  /** Whether it has a configuration file, `/etc/NAME.conf`. Default: it has none. */
  readonly configured?: true
}

/**
 * Shell that makes an archive of packages in /srv/archive, and has apt know it. Each package brings
 * /srv/NAME, which says its version; its configuration waits while /srv/slow is there, and fails while
 * /srv/sick is.
 */
export const archive = (packages: readonly ArchivedPackage[]): string => `
  pack() {
    mkdir -p $1/DEBIAN $1/srv
    echo $1 >$1/srv/\${1%_*}
    printf '#!/bin/sh\\nwhile test -e /srv/slow; do sleep 0.1; done\\ntest ! -e /srv/sick || { echo the disk is on fire >&2; exit 1; }\\n' \\
      >$1/DEBIAN/postinst
    chmod 755 $1/DEBIAN/postinst
    cat >$1/DEBIAN/control
    dpkg-deb -b $1 $1.deb >/dev/null
    cat $1/DEBIAN/control >>Packages
    echo "Filename: ./$1.deb
Size: $(stat -c %s $1.deb)
SHA256: $(sha256sum <$1.deb | cut -d' ' -f1)
" >>Packages
  }
  rm -rf /srv/archive; mkdir -p /srv/archive; cd /srv/archive
  ${packages.map(packed).join('\n')}
  echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/own.list
  apt-get -q update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/own.list \\
    -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=0`

function packed({ name, version, fields = [], configured }: ArchivedPackage): string {
  const folder = `${name}_${version}`
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: x <x@example.org>',
    'Description: x',
    ...fields,
    '',
  ]
  return [
    configured === true
      ? `mkdir -p ${folder}/etc ${folder}/DEBIAN; echo 'key = ${version}' >${folder}/etc/${name}.conf
         echo /etc/${name}.conf >${folder}/DEBIAN/conffiles`
      : '',
    `pack ${folder} <<'END'\n${control.join('\n')}END`,
  ].join('\n')
}
