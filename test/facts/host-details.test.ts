import { describe, expect, test } from '@jest/globals'
import type { HostAddress, HostFacts } from '../../src/core/host-facts.js'
import { hostFact } from '../../src/facts/host.js'
import { said, valueOf } from './said.js'

interface Told {
  readonly sections?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}
const sections = { machine: 'x86_64', cpus: '12', init: 'systemd' }
const files = {
  '/etc/os-release': 'ID=debian',
  '/proc/meminfo': 'MemTotal:        2048 kB',
  '/proc/sys/kernel/hostname': 'web1',
  '/proc/sys/kernel/osrelease': '6.1.0',
}

/** What a host tells, of which some is replaced. */
const told = (other: Told): string =>
  [
    ...Object.entries({ ...sections, ...other.sections }).map(
      ([name, text]) => `= ${name}\n${text}`,
    ),
    '= files',
    ...Object.entries({ ...files, ...other.files }).map(
      ([path, text]) => `==> ${path} <==\n${text}\n`,
    ),
  ].join('\n')
const facts = (other: Told): HostFacts => valueOf(hostFact.parse(said(told(other)), ['host'])[0])
const without = (text: string, part: string): string => text.replace(part, '')

test('what most hosts tell besides may be missing', () => {
  expect(facts({})).toEqual({
    os: { id: 'debian', like: [], version: null, codename: null, name: 'debian' },
    release: '6.1.0',
    architecture: 'x86_64',
    hostname: 'web1',
    fqdn: null,
    memory: { total: 2_097_152 },
    cpus: 12,
    addresses: null,
    defaultAddress: { ipv4: null, ipv6: null },
    virtualization: null,
    init: 'systemd',
  } satisfies HostFacts)
})

test.each<[string, Told, object]>([
  [
    'nothing is said of the system',
    { files: { '/etc/os-release': '' } },
    { os: { id: 'linux', name: 'linux', like: [] } },
  ],
  ['the name has a domain', { files: { '/proc/sys/kernel/hostname': 'a.b' } }, { fqdn: 'a.b' }],
  ['one processor', { sections: { cpus: '1' } }, { cpus: 1 }],
  ['an empty section', { sections: { virtualization: '' } }, { virtualization: null }],
  ['no virtual machine', { sections: { virtualization: 'none' } }, { virtualization: 'none' }],
  [
    'no address',
    { sections: { addresses: '', ipv4: '', ipv6: '' } },
    { addresses: [], defaultAddress: { ipv4: null, ipv6: null } },
  ],
  [
    'routes with a source, with and without more behind it',
    { sections: { ipv4: '1.1.1.1 dev eth0 src 192.0.2.2', ipv6: '::1 src FD00::a metric 5' } },
    { defaultAddress: { ipv4: '192.0.2.2', ipv6: 'FD00::a' } },
  ],
  [
    'a route without a source',
    { sections: { ipv4: 'unreachable 1.1.1.1 dev lo' } },
    { defaultAddress: { ipv4: null } },
  ],
  [
    'headings that are in the middle of a line',
    {
      sections: { virtualization: 'kvm = init' },
      files: { '/etc/hosts': '# ==> /proc/sys/kernel/hostname <==\n# = files\n' },
    },
    { virtualization: 'kvm = init', hostname: 'web1', init: 'systemd' },
  ],
])('%s', (_, other, expected) => {
  expect(facts(other)).toMatchObject(expected)
})

test.each<[string, Partial<HostFacts['os']>]>([
  ['ID=debian \nNAME=Debian\t', { id: 'debian', name: 'Debian' }],
  ['ID=debian\n#ID=other\n ID=other\nxID=other', { id: 'debian' }],
  ['ID_LIKE="  rhel   fedora "', { id: 'linux', like: ['rhel', 'fedora'] }],
  ['ID=a\nID=b', { id: 'b' }],
  ['ID="debian" \t\nNAME=\'Debian\' ', { id: 'debian', name: 'Debian' }],
  ['ID="debian"\r\nNAME="Debian" \r\n', { id: 'debian', name: 'Debian' }],
  ['ID=\'a "b"\'', { id: 'a "b"' }],
  ['ID="it\'s \\`a\\`"', { id: "it's `a`" }],
  ['ID="a\\nb"', { id: 'a\\nb' }],
  ['ID=""\nNAME="A"\nPRETTY_NAME=\'\'', { id: 'linux', name: 'A' }],
])('os-release %j', (text, os) => {
  expect(facts({ files: { '/etc/os-release': text } }).os).toMatchObject(os)
})

test.each([
  ['10.0.0.2 web1.example.org web1 # the old one', 'web1.example.org'],
  [' 10.0.0.2\t\tweb1.example.org   web2\tweb1', 'web1.example.org'],
  ['10.0.0.2 web2.example.org # web1', null],
  ['10.0.0.2 web1', null],
  ['10.0.0.2 xweb1.example.org web12', null],
  ['web1.example.org web1', null],
])('with hosts(5) %j the full name of web1 is %p', (hosts, fqdn) => {
  expect(facts({ files: { '/etc/hosts': hosts } }).fqdn).toBe(fqdn)
})

const eth0 = { interface: 'eth0', address: '192.0.2.2', family: 'ipv4', prefix: 24 } as const

test.each<[string, HostAddress | undefined]>([
  ['2: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0', { ...eth0, scope: 'global' }],
  ['12:  eth0 inet 192.0.2.2/24 scope link eth0', { ...eth0, scope: 'link' }],
  ['2: eth0 inet 192.0.2.2/24 scope host eth0', { ...eth0, scope: 'host' }],
  // Only three scopes are told apart.
  ['2: eth0 inet 192.0.2.2/24 scope site eth0', { ...eth0, scope: 'global' }],
  [
    '3: eth0.5@eth0    inet 192.0.2.2/24 scope global eth0.5',
    { ...eth0, interface: 'eth0.5', scope: 'global' },
  ],
  [
    '2: eth0    inet6 FD00:0::aF/128 scope global nodad',
    { ...eth0, address: 'FD00:0::aF', family: 'ipv6', prefix: 128, scope: 'global' },
  ],
  [
    '5: wg0    inet 192.0.2.2 peer 10.8.0.1/24 scope global wg0',
    { ...eth0, interface: 'wg0', scope: 'global' },
  ],
  ['1: eth0: <LOOPBACK,UP> mtu 65536 link/loopback 00:00:00:00:00:00 brd 0 scope host', undefined],
  ['2: eth0    inet 192.0.2.2/24 brd 192.0.2.255', undefined],
  ['2: eth0    inet 192.0.2.2 scope global eth0', undefined],
  ['2: eth0    inet 192.0.2.2/x scope global eth0', undefined],
  ['2: eth0    inet example.org/24 scope global eth0', undefined],
  ['2: eth0    link 192.0.2.2/24 scope global eth0', undefined],
  ['x2: eth0    inet 192.0.2.2/24 scope global eth0', undefined],
  ['eth0    inet 192.0.2.2/24 scope global eth0', undefined],
])('ip(8) says %j', (line, address) => {
  expect(facts({ sections: { addresses: line } }).addresses).toEqual(
    address === undefined ? [] : [address],
  )
})

describe('unknown', () => {
  const whole = told({})
  test.each([
    ['no machine', told({ sections: { machine: '' } })],
    ['no processors', told({ sections: { cpus: '0' } })],
    ['half a processor', told({ sections: { cpus: '1.5' } })],
    ['processors that are no number', told({ sections: { cpus: 'two' } })],
    ['no init', without(whole, '= init\nsystemd\n')],
    ['an empty name', told({ files: { '/proc/sys/kernel/hostname': ' ' } })],
    ['no release', without(whole, '==> /proc/sys/kernel/osrelease <==\n6.1.0\n')],
    ['an empty release', told({ files: { '/proc/sys/kernel/osrelease': '' } })],
    ['no memory', told({ files: { '/proc/meminfo': 'MemFree: 5 kB' } })],
    ['memory of another unit', told({ files: { '/proc/meminfo': 'MemTotal: 5 MB' } })],
    ['memory and more', told({ files: { '/proc/meminfo': 'MemTotal: 5 kB x' } })],
    ['memory of another thing', told({ files: { '/proc/meminfo': 'HugeMemTotal: 5 kB' } })],
    ['no files', without(whole, '= files\n')],
    ['no heading at the beginning of a line', whole.replace('= files', 'x= files')],
  ])('where there is %s', (_, text) => {
    expect(hostFact.parse(said(text, 0, ' \n'), ['host'])).toEqual([
      {
        is: 'unknown',
        reason: 'it could not be understood',
        remedy: 'see that uname, nproc and head run there, and that /proc is mounted',
      },
    ])
  })
})

test('the host is asked for files that need no program', () => {
  expect(hostFact.script(['host']).script.body).toBe(
    'fettle_host /etc/os-release /usr/lib/os-release /etc/hosts /proc/meminfo' +
      ' /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /proc/1/comm',
  )
})
