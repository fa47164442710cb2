import { describe, expect, test } from '@jest/globals'
import { absent as isAbsent, present, type Fact, type ShellFactKind } from '../../src/core/fact.js'
import type { FactRequest } from '../../src/core/later.js'
import type { Resource } from '../../src/core/resource.js'
import type { Lacks } from '../../src/core/thing.js'
import { planStep } from '../../src/engine/host/plan-step.js'
import { areAll, Supply } from '../../src/engine/host/supply.js'
import { gitRemoteFact } from '../../src/facts/git/remote.js'
import { databaseFact } from '../../src/facts/mysql/server.js'
import { venvFact } from '../../src/facts/python/venv.js'
import {
  absent,
  apt,
  command,
  directory,
  file,
  generatedSecret,
  git,
  github,
  group,
  knownHost,
  mysql,
  python,
  sshKey,
  sudoers,
  symlink,
  systemd,
  timezone,
  user,
} from '../../src/index.js'
import { directoryEntry, fileEntry, linkEntry } from './files/entry.js'
import * as environment from './python/state.js'
import { running } from './systemd/service-state.js'
import { unitState } from './systemd/unit-state.js'

/** The facts of a host by their names in `reads`; `null` is absent. */
type Facts = Readonly<Record<string, unknown>>

/** What a resource lacks on a host. What it does not read itself is absent there. */
function lacksOf(resource: Resource, facts: Facts): Lacks | 'nothing' {
  const names = new Map<unknown, string>(
    Object.entries(resource.reads).map(([name, wanted]) => [wanted, name]),
  )
  const fact = <V>(wanted: FactRequest<V>): Fact<V> => {
    const value = facts[names.get(wanted) ?? ''] ?? null
    if (value === null) return isAbsent
    const isUnknown = typeof value === 'object' && 'is' in value && value.is === 'unknown'
    return (isUnknown ? value : present(value)) as Fact<V>
  }
  const plan = planStep(resource, { standIns: false, fact }, [])
  return plan.is === 'unknown' || plan.is === 'blocked' ? plan.lacks : 'nothing'
}

/** The fact for an answer that ends with a status. */
const ended = <K, V>(kind: ShellFactKind<K, V>, key: K, word: string, status: number): unknown =>
  kind.parse(
    { code: 0, stdout: Buffer.from(`@${word}\n@status ${String(status)}\n`), stderr: '' },
    [key],
  )[0]

const missing = (path: string): Facts => ({ missingParent: { path, taken: false } })
const content = 'a\n'
const repo = 'https://example.org/app.git'
const checkout = git.checkout('/srv/app/src', { repo, ref: 'main' })
const remote = { repo, ref: 'main', path: '/srv/app/src' }
const withoutGit = { remote: ended(gitRemoteFact, remote, 'remote', 90) }
const other = { checkout: { other: 'a directory that holds other things' }, remote: {} }
const unit = (name: string): Resource => systemd.unit(name, { content })
const service = (name: string): Resource => systemd.service(name, { running: true })
const noUnit = { unit: null, marks: [] }
const masked = { unit: unitState({ load: 'masked', file: 'masked' }), marks: [] }
const key = sshKey('/root/key')
const secret = generatedSecret('/etc/app/secret')
const requirements = '/srv/app/src/requirements.txt'
const venv = python.venv('/srv/app/venv', { requirements })
const withoutPython = (name: string): Facts => ({
  venv: ended(
    venvFact,
    { path: '/v', python: name, systemSitePackages: false, requirements: null },
    'venv',
    90,
  ),
})
const database = mysql.database('app')
const stopped = {
  database: ended(databaseFact, { name: 'app', connection: {} }, 'server', 91),
}
const unitPath = '/etc/systemd/system/app.service'

type Row = readonly [name: string, earlier: Resource, later: Resource, facts: Facts, lacks: Lacks]

const made: readonly Row[] = [
  [
    'a directory, then a file in it',
    directory('/srv/app'),
    file('/srv/app/conf', { content }),
    missing('/srv/app'),
    ['path:/srv/app'],
  ],
  [
    'a directory, then a file in one above it',
    directory('/srv/app/log/old'),
    file('/srv/app/log/now', { content }),
    missing('/srv/app'),
    ['path:/srv/app/log'],
  ],
  [
    'a directory of the system by another name',
    directory('/run/app'),
    file('/var/run/app/conf', { content }),
    missing('/var/run/app'),
    ['path:/var/run/app'],
  ],
  [
    'a directory, then a link in it',
    directory('/srv/app'),
    symlink('/srv/app/current', { target: 'v1' }),
    missing('/srv/app'),
    ['path:/srv/app'],
  ],
  [
    'a directory, then a key in it',
    directory('/root/.ssh'),
    sshKey('/root/.ssh/key'),
    missing('/root/.ssh'),
    ['path:/root/.ssh'],
  ],
  [
    'a directory, then a secret in it',
    directory('/etc/app'),
    secret,
    missing('/etc/app'),
    ['path:/etc/app'],
  ],
  [
    'a directory, then a checkout in it',
    directory('/srv/app'),
    checkout,
    { ...missing('/srv/app'), remote: { kind: 'branch', name: 'main', commit: 'a'.repeat(40) } },
    ['path:/srv/app'],
  ],
  [
    'a directory, then an environment in it',
    directory('/srv/app'),
    venv,
    { ...environment.facts({}, null), ...missing('/srv/app') },
    ['path:/srv/app'],
  ],
  [
    'a user, then a file in the home',
    user('app'),
    file('/home/app/.profile', { content }),
    missing('/home/app'),
    ['path:/home/app'],
  ],
  [
    'a user with a home elsewhere, then a known host',
    user('app', { home: '/srv/app' }),
    knownHost('h', { path: '/srv/app/known_hosts', keys: [`ssh-ed25519 ${'A'.repeat(68)}`] }),
    missing('/srv/app'),
    ['path:/srv/app'],
  ],
  [
    'a link, then a file behind it',
    symlink('/srv/current', { target: '/srv/v1' }),
    file('/srv/current/conf', { content }),
    missing('/srv/current'),
    ['path:/srv/current'],
  ],
  [
    'a checkout, then a file in a directory of it',
    checkout,
    file('/srv/app/src/etc/conf', { content }),
    missing('/srv/app/src'),
    ['path:/srv/app/src/etc'],
  ],
  [
    'a checkout, then a command in a directory of it',
    checkout,
    command('make', { cwd: '/srv/app/src/lib' }),
    { verdict: { is: 'failed', guard: 'cwd', status: 1 } },
    ['path:/srv/app/src/lib'],
  ],
  [
    'a file, then its attributes',
    file('/etc/app.conf', { content }),
    file('/etc/app.conf', { mode: '0600' }),
    {},
    ['path:/etc/app.conf'],
  ],
  [
    'a key, then its deploy key',
    key,
    github.deployKey('acme/app', { key: key.publicKey, title: 'web' }),
    { keys: [] },
    ['path:/root/key'],
  ],
  [
    'a secret, then a file that holds it',
    secret,
    file('/etc/app.conf', { content: secret.value }),
    {},
    ['path:/etc/app/secret'],
  ],
  [
    'a file, then an environment of what it asks for',
    file(requirements, { content }),
    venv,
    environment.facts({}, null),
    [`path:${requirements}`],
  ],
  [
    'a checkout, then an environment of what it asks for',
    checkout,
    venv,
    environment.facts({}, null),
    [`path:${requirements}`],
  ],
  [
    'a checkout that moves on, then an environment of what it asks for now',
    checkout,
    venv,
    environment.facts({ requirements: '-e .' }),
    [`path:${requirements}`],
  ],
  [
    'a link to a Python, then its environment',
    symlink('/usr/local/bin/python3.13', { target: '/opt/python/bin/python3.13' }),
    python.venv('/srv/app/venv', { python: 'python3.13' }),
    withoutPython('python3.13'),
    ['program:python3.13'],
  ],
  [
    'a checkout with a Python, then its environment',
    git.checkout('/opt/pypy', { repo, ref: 'main' }),
    python.venv('/srv/app/venv', { python: '/opt/pypy/bin/pypy3' }),
    withoutPython('/opt/pypy/bin/pypy3'),
    ['path:/opt/pypy/bin/pypy3'],
  ],
  [
    'a shell, then its user',
    file('/usr/local/bin/menu', { content }),
    user('app', { shell: '/usr/local/bin/menu' }),
    {},
    ['path:/usr/local/bin/menu'],
  ],
  ['a unit, then its service', unit('app.service'), service('app'), noUnit, ['unit:app.service']],
  [
    'a template, then an instance',
    unit('app@.service'),
    service('app@1'),
    noUnit,
    ['unit:app@.service'],
  ],
  [
    'an instance with a unit of its own',
    unit('app@1.service'),
    service('app@1'),
    noUnit,
    ['unit:app@.service'],
  ],
  [
    'a unit as a file, then its service',
    file(unitPath, { content }),
    service('app'),
    noUnit,
    ['unit:app.service'],
  ],
  [
    'a unit as a link, then its service',
    symlink(unitPath, { target: '/srv/app/app.service' }),
    service('app'),
    noUnit,
    ['unit:app.service'],
  ],
  [
    'a drop-in that lets a service be reloaded',
    file(`${unitPath}.d/reload.conf`, { content }),
    systemd.service('app', { running: true, reloadOn: [file('/etc/app.conf', { content })] }),
    {
      unit: unitState({ ...running, canReload: false }),
      marks: [{ effect: 'reload', trigger: 'file[/etc/app.conf]', instance: running.invocation }],
    },
    ['unit:app.service'],
  ],
  ['packages, then a service', apt.packages(['app']), service('app'), noUnit, ['unit:app.service']],
  ['packages, then a checkout', apt.packages(['git']), checkout, withoutGit, ['program:git']],
  [
    'packages, then a rule',
    apt.packages(['sudo']),
    sudoers('app', { content }),
    missing('/etc/sudoers.d'),
    ['path:/etc/sudoers.d'],
  ],
  [
    'packages, then a time zone',
    apt.packages(['tzdata']),
    timezone('Europe/Berlin'),
    { found: { localtime: null, timezone: null, isKnown: false } },
    ['path:/usr/share/zoneinfo/Europe/Berlin'],
  ],
  ['a server, then a database', service('mariadb'), database, stopped, ['server:mysql']],
  [
    'an account, then a database that it is asked with',
    mysql.user('admin', { password: secret.value }),
    database,
    stopped,
    ['server:mysql'],
  ],
]

/** What stands at /srv/app goes, and a resource takes its place. */
const inItsPlace = (later: Resource, path: unknown): Row => [
  `what is in its place goes, then ${later.address} comes`,
  absent('/srv/app'),
  later,
  { path },
  ['path:/srv/app'],
]

const removed: readonly Row[] = [
  inItsPlace(file('/srv/app', { content }), directoryEntry()),
  inItsPlace(symlink('/srv/app', { target: 'v1' }), directoryEntry()),
  inItsPlace(directory('/srv/app'), fileEntry()),
  inItsPlace(generatedSecret('/srv/app'), linkEntry('/etc/x')),
  [
    'what is in its place goes, then a checkout comes',
    absent('/srv/app/src', { recurse: true }),
    checkout,
    other,
    ['tree:/srv/app/src'],
  ],
  [
    'what is in its way goes, then an environment is made anew',
    absent('/srv/app/venv/static'),
    python.venv('/srv/app/venv'),
    environment.facts({}, { interpreter: null, strange: ['static'] }),
    ['tree:/srv/app/venv'],
  ],
  [
    'what is in a directory goes, then a link takes its place',
    absent('/srv/app/old'),
    symlink('/srv/app', { target: 'v1', force: true }),
    { path: directoryEntry(), tree: [{ count: 2 }] },
    ['tree:/srv/app'],
  ],
  [
    'a mask goes as a link, then its service runs',
    absent(unitPath),
    service('app'),
    masked,
    ['unit:app.service'],
  ],
  [
    'a mask goes as a link, then its unit comes',
    absent(unitPath),
    unit('app.service'),
    { file: linkEntry('/dev/null'), unit: masked.unit },
    ['unit:app.service'],
  ],
  [
    'a unit goes, then a mask takes its place',
    systemd.unit('app.service', { state: 'absent' }),
    systemd.service('app', { masked: true }),
    { unit: unitState(), marks: [] },
    [`path:${unitPath}`],
  ],
]

const canBring = (earlier: Resource, lacks: Lacks | 'nothing'): boolean => {
  const supply = new Supply()
  supply.add(earlier.brings)
  if (lacks === 'nothing') return false
  return lacks === undefined || areAll(lacks, (thing) => supply.canBring(thing))
}

describe('in one run work', () => {
  test.each([...made, ...removed])('%s', (_, earlier, later, facts, lacks) => {
    expect(lacksOf(later, facts)).toEqual(lacks)
    expect(canBring(earlier, lacks)).toBe(true)
  })
})

describe('each of these lacks something that others do not bring', () => {
  const strangers = [directory('/opt/x'), group('x'), timezone('Etc/UTC'), mysql.database('x')]
  const some = [...made, ...removed]
  test.each(some)('%s', (_, _earlier, later, facts) => {
    const lacks = lacksOf(later, facts)
    expect(strangers.map((stranger) => canBring(stranger, lacks))).not.toContain(true)
  })
})
