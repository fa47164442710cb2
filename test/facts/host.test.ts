import { spawnSync } from 'node:child_process'
import { hostname, machine, release, totalmem } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import type { Fact } from '../../src/core/fact.js'
import type { HostFacts } from '../../src/core/host-facts.js'
import { hostFact } from '../../src/facts/host.js'
import { environment, shells, wrapper } from '../shells.js'

const parsed = (stdout: string, stderr = ''): Fact<HostFacts> | undefined =>
  hostFact.parse({ code: 0, stdout: Buffer.from(stdout), stderr }, ['host'])[0]
const facts = (stdout: string): HostFacts => {
  const fact = parsed(stdout)
  if (fact?.is !== 'present') throw new Error(`no facts: ${JSON.stringify(fact)}`)
  return fact.value
}

/** Recorded on Debian 12 (iproute2 6.1.0), shortened. */
const debian = `= machine
x86_64
= cpus
2
= virtualization
kvm
= init
systemd
= addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
4: eth0    inet6 fd00::2/64 scope global nodad \\       valid_lft forever preferred_lft forever
4: eth0    inet6 fe80::fc:ff:fe00:1/64 scope link \\       valid_lft forever preferred_lft forever
5: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\\       valid_lft forever preferred_lft forever
= ipv4
1.1.1.1 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 
    cache 
= ipv6
2606:4700:4700::1111 from :: via fd00::1 dev eth0 src fd00::2 metric 1024 pref medium
= files
==> /etc/os-release <==
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"

==> /usr/lib/os-release <==
ID=other

==> /etc/hosts <==
127.0.0.1\tlocalhost
127.0.1.1\tweb1.example.org web1 # the host itself
ff02::1\tip6-allnodes

==> /proc/meminfo <==
MemTotal:       24684092 kB
MemFree:        20000000 kB

==> /proc/sys/kernel/hostname <==
web1

==> /proc/sys/kernel/osrelease <==
6.1.0-18-amd64

==> /proc/1/comm <==
systemd
`

/** The recording with the content of one file replaced. */
const withFile = (path: string, content: string): string =>
  debian.replace(
    new RegExp(`(==> ${path} <==\\n)[^]*?(\\n==>|$)`),
    (_, head: string, tail: string) => `${head}${content}${tail}`,
  )

test('Debian, as recorded', () => {
  expect(facts(debian)).toEqual({
    os: {
      id: 'debian',
      like: [],
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
    },
    release: '6.1.0-18-amd64',
    architecture: 'x86_64',
    hostname: 'web1',
    fqdn: 'web1.example.org',
    memory: { total: 24684092 * 1024 },
    cpus: 2,
    addresses: [
      { interface: 'lo', address: '127.0.0.1', family: 'ipv4', prefix: 8, scope: 'host' },
      { interface: 'lo', address: '::1', family: 'ipv6', prefix: 128, scope: 'host' },
      { interface: 'eth0', address: '192.0.2.2', family: 'ipv4', prefix: 24, scope: 'global' },
      { interface: 'eth0', address: 'fd00::2', family: 'ipv6', prefix: 64, scope: 'global' },
      {
        interface: 'eth0',
        address: 'fe80::fc:ff:fe00:1',
        family: 'ipv6',
        prefix: 64,
        scope: 'link',
      },
      { interface: 'tun0', address: '10.8.0.2', family: 'ipv4', prefix: 32, scope: 'global' },
    ],
    defaultAddress: { ipv4: '192.0.2.2', ipv6: 'fd00::2' },
    virtualization: 'kvm',
    init: 'systemd',
  } satisfies HostFacts)
})

test('without ip there are no addresses, and without systemd process 1 is the init', () => {
  const bare = debian
    .replace(/= init\n[^]*?= files\n/, '= files\n')
    .replace('<==\nsystemd\n', '<==\nrunit\n')
  expect(facts(bare)).toMatchObject({
    addresses: null,
    defaultAddress: { ipv4: null, ipv6: null },
    init: 'runit',
  })
})

test('a host without a route to the internet', () => {
  const alone = debian.replace(/= ipv4\n[^]*?= files\n/, '= ipv4\n= ipv6\n= files\n')
  expect(facts(alone)).toMatchObject({
    defaultAddress: { ipv4: null, ipv6: null },
    addresses: expect.arrayContaining([expect.objectContaining({ address: '192.0.2.2' })]),
  })
})

test.each<[hosts: string, hostname: string, fqdn: string | null]>([
  ['127.0.1.1 web1\n', 'web1', null],
  ['10.0.0.1 db1.example.org db1\n10.0.0.2 web1.example.org web1\n', 'web1', 'web1.example.org'],
  ['10.0.0.2 web1 web1.example.org\n', 'web1', null],
  ['#10.0.0.2 web1.example.org web1\n', 'web1', null],
  ['', 'web1.example.net', 'web1.example.net'],
])('with %j the full name of %s is %s, as hostname -f says', (hosts, name, fqdn) => {
  expect(
    facts(withFile('/etc/hosts', hosts).replace('<==\nweb1\n', `<==\n${name}\n`)),
  ).toMatchObject({ hostname: name, fqdn })
})

test.each<[release: string, expected: HostFacts['os']]>([
  [
    'ID=ubuntu\nID_LIKE="debian"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04.1 LTS"\n',
    {
      id: 'ubuntu',
      like: ['debian'],
      version: '24.04',
      codename: 'noble',
      name: 'Ubuntu 24.04.1 LTS',
    },
  ],
  [
    '# a comment\nNAME=\'Rocky Linux\'\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID=9.4\n',
    {
      id: 'rocky',
      like: ['rhel', 'centos', 'fedora'],
      version: '9.4',
      codename: null,
      name: 'Rocky Linux',
    },
  ],
  [
    'ID=odd\nPRETTY_NAME="a \\"quoted\\" \\$name \\\\ here"\nVERSION_ID=\n',
    { id: 'odd', like: [], version: null, codename: null, name: 'a "quoted" $name \\ here' },
  ],
  ['', { id: 'linux', like: [], version: null, codename: null, name: 'linux' }],
])('os-release %j', (release, expected) => {
  expect(facts(withFile('/etc/os-release', release)).os).toEqual(expected)
})

test('os-release in /usr/lib, where /etc has none', () => {
  expect(facts(debian.replace(/==> \/etc\/os-release <==\n[^]*?\n(?===> )/, '')).os.id).toBe(
    'other',
  )
})

test.each([
  '',
  '\n',
  'nonsense',
  '= machine\nx86_64\n',
  '= files\n',
  '\0\xff',
  debian.replace('= cpus\n2\n', '= cpus\n'),
  debian.replace('= cpus\n2\n', '= cpus\ntwo\n'),
  debian.replace('MemTotal:', 'Mem:'),
  debian.replace('<==\nweb1\n', '<==\n'),
  debian.replace('= machine\nx86_64\n', ''),
  debian.split('= files')[0] ?? '',
])('garbage is unknown: %j', (text) => {
  expect(parsed(text, 'sh: head: not found\n')).toMatchObject({
    is: 'unknown',
    reason: 'it could not be understood: sh: head: not found',
  })
})

describe.each(shells)('$name', (shell) => {
  test('on this machine', () => {
    const [command = '', ...words] = shell.command
    const { status, stdout, stderr } = spawnSync(
      command,
      [...words, '-c', wrapper, 'sh', hostFact.script(['host']).script.text],
      { env: environment(shell) },
    )
    const [fact] = hostFact.parse({ code: status ?? 1, stdout, stderr: stderr.toString() }, [
      'host',
    ])
    expect({ fact, stderr: stderr.toString() }).toMatchObject({
      fact: {
        is: 'present',
        value: {
          architecture: machine(),
          release: release(),
          hostname: hostname(),
          memory: { total: totalmem() },
        },
      },
      stderr: '',
    })
  })
})
