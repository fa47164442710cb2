import { present, unknown, shellFact } from '../core/fact.js'
import type { HostAddress, HostFacts } from '../core/host-facts.js'
import { sh, shellFunctions } from '../core/sh.js'
import hostText from './host.sh.js'

const files = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/hosts',
  '/proc/meminfo',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/osrelease',
  '/proc/1/comm',
]

/** What a host is. */
export const hostFact = shellFact<'host', HostFacts>({
  name: 'host',
  script: () => ({
    script: sh`${shellFunctions(hostText)}fettle_host ${files}`,
  }),
  parse({ stdout, stderr }, keys) {
    const facts = hostOf(stdout.toString())
    const said = stderr.trim() === '' ? '' : `: ${stderr.trim()}`
    if (facts !== null) return keys.map(() => present(facts))
    return keys.map(() =>
      unknown(
        `it could not be understood${said}`,
        'see that uname, nproc and head run there, and that /proc is mounted',
      ),
    )
  },
  recorded: {
    keys: ['host'],
    // Alpine 3.20 in a container, shortened. The `ip` of its busybox also prints links.
    stdout: [
      '= machine',
      'x86_64',
      '= cpus',
      '2',
      '= init',
      'openrc',
      '= addresses',
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
      '7: eth0@if8    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0\\       valid_lft forever preferred_lft forever',
      '= ipv4',
      '1.1.1.1 via 172.17.0.1 dev eth0  src 172.17.0.2 ',
      '= ipv6',
      '= files',
      '==> /etc/os-release <==',
      'NAME="Alpine Linux"',
      'ID=alpine',
      'VERSION_ID=3.20.3',
      'PRETTY_NAME="Alpine Linux v3.20"',
      '',
      '==> /etc/hosts <==',
      '127.0.0.1\tweb1.example.org web1 localhost.localdomain localhost',
      '',
      '==> /proc/meminfo <==',
      'MemTotal:        2035984 kB',
      '',
      '==> /proc/sys/kernel/hostname <==',
      'web1',
      '',
      '==> /proc/sys/kernel/osrelease <==',
      '6.6.52-0-lts',
      '',
      '==> /proc/1/comm <==',
      'init',
      '',
    ].join('\n'),
    facts: [
      present({
        os: {
          id: 'alpine',
          like: [],
          version: '3.20.3',
          codename: null,
          name: 'Alpine Linux v3.20',
        },
        release: '6.6.52-0-lts',
        architecture: 'x86_64',
        hostname: 'web1',
        fqdn: 'web1.example.org',
        memory: { total: 2035984 * 1024 },
        cpus: 2,
        addresses: [
          { interface: 'eth0', address: '172.17.0.2', family: 'ipv4', prefix: 16, scope: 'global' },
        ],
        defaultAddress: { ipv4: '172.17.0.2', ipv6: null },
        virtualization: null,
        init: 'openrc',
      }),
    ],
  },
})

/** Parses the facts; null where one is missing that every host has. */
function hostOf(text: string): HostFacts | null {
  const [head = '', tail = ''] = text.split(/^= files\n/m, 2)
  const sections = pieces(head, /^= (\w+)\n/m)
  const file = pieces(tail, /^==> (\/\S+) <==\n/m)
  const of = (name: string): string | null => sections.get(name)?.trim() || null
  const machine = of('machine')
  const hostname = file.get('/proc/sys/kernel/hostname')?.trim()
  const release = file.get('/proc/sys/kernel/osrelease')?.trim()
  const cpus = Number(of('cpus') ?? 0)
  const kibibytes = /^MemTotal:\s+(\d+) kB$/m.exec(file.get('/proc/meminfo') ?? '')?.[1]
  const init = of('init') ?? file.get('/proc/1/comm')?.trim()
  if (
    machine === null ||
    !hostname ||
    !release ||
    !init ||
    kibibytes === undefined ||
    !Number.isInteger(cpus) ||
    cpus < 1
  )
    return null
  return {
    os: systemOf(file.get('/etc/os-release') ?? file.get('/usr/lib/os-release') ?? ''),
    release,
    architecture: machine,
    hostname,
    fqdn: hostname.includes('.') ? hostname : canonicalName(file.get('/etc/hosts') ?? '', hostname),
    memory: { total: Number(kibibytes) * 1024 },
    cpus,
    addresses: sections.has('addresses') ? addressesOf(sections.get('addresses') ?? '') : null,
    defaultAddress: { ipv4: sourceOf(of('ipv4')), ipv6: sourceOf(of('ipv6')) },
    virtualization: of('virtualization'),
    init,
  }
}

/** Splits a text at its headings into sections. */
function pieces(text: string, heading: RegExp): ReadonlyMap<string, string> {
  const parts = text.split(heading)
  return new Map(
    parts.flatMap((name, index) =>
      index % 2 === 1 ? [[name, parts[index + 1] ?? ''] as const] : [],
    ),
  )
}

/** Parses os-release(5), whose assignments use the syntax of the shell. */
function systemOf(text: string): HostFacts['os'] {
  const values = new Map<string, string>()
  const assignments = /^([A-Z][A-Z0-9_]*)=(?:(?:"((?:[^"\\]|\\.)*)"|'([^']*)')[ \t]*|(.*))$/gm
  for (const [, name = '', double, single, plain = ''] of text.matchAll(assignments)) {
    values.set(name, double?.replace(/\\(["$`\\])/g, '$1') ?? single ?? plain.trim())
  }
  const of = (name: string): string | null => values.get(name) || null
  const id = of('ID') ?? 'linux'
  return {
    id,
    like: (of('ID_LIKE') ?? '').split(/\s+/).filter((each) => each !== ''),
    version: of('VERSION_ID'),
    codename: of('VERSION_CODENAME'),
    name: of('PRETTY_NAME') ?? of('NAME') ?? id,
  }
}

/** The canonical name of a host from hosts(5): the first name on its line. */
function canonicalName(hosts: string, hostname: string): string | null {
  const lines = hosts
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1))
  return lines.find((names) => names.includes(hostname) && names[0]?.includes('.'))?.[0] ?? null
}

/**
 * Parses lines of `ip -o address`, from iproute2 and from busybox, which also prints lines for
 * links.
 */
function addressesOf(text: string): readonly HostAddress[] {
  const form =
    /^\d+:\s+([^\s@:]+)(?:[@:]\S*)?\s+(inet6?) ([\da-fA-F.:]+)(?:\/(\d+)| peer [^\s/]+\/(\d+))(.*)/
  return text.split('\n').flatMap((line): readonly HostAddress[] => {
    const [, name = '', family, address, own, peer, rest = ''] = form.exec(line) ?? []
    const [, scope] = / scope (\w+)/.exec(rest) ?? []
    if (address === undefined || scope === undefined) return []
    return [
      {
        interface: name,
        address,
        family: family === 'inet6' ? 'ipv6' : 'ipv4',
        prefix: Number(own ?? peer),
        scope: scope === 'link' || scope === 'host' ? scope : 'global',
      },
    ]
  })
}

/** The source address of a route. */
const sourceOf = (route: string | null): string | null =>
  / src ([\da-fA-F.:]+)/.exec(route ?? '')?.[1] ?? null
