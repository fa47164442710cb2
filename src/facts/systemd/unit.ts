import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { sh } from '../../core/sh.js'
import { allUnknown } from '../failure.js'

/** The properties of a unit (org.freedesktop.systemd1(5)). */
export interface UnitState {
  /** Its primary name: `mariadb.service` if it was requested by the alias `mysql.service`. */
  readonly id: string
  /** `loaded`, `masked`, `bad-setting`, `error`, … */
  readonly load: string
  /** `active`, `reloading`, `inactive`, `failed`, `activating` or `deactivating`. */
  readonly active: string
  readonly sub: string
  /** `enabled`, `disabled`, `static`, `masked`, …; empty for a unit without a file. */
  readonly file: string
  /** The path of its file; empty without one. */
  readonly path: string
  /** Whether its file or a drop-in is newer than what systemd has loaded. */
  readonly needsReload: boolean
  readonly canReload: boolean
  /** The id of the current or last instance; null if it never ran. */
  readonly invocation: string | null
  /** How the last run ended: `success`, `exit-code`, `start-limit-hit`, … */
  readonly result: string
}

/** A unit with a file that systemd has just loaded. */
export const newUnit: UnitState = {
  id: '',
  load: 'loaded',
  active: 'inactive',
  sub: 'dead',
  file: 'disabled',
  path: '',
  needsReload: false,
  canReload: false,
  invocation: null,
  result: 'success',
}

const properties = [
  'Id',
  'Names',
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'FragmentPath',
  'NeedDaemonReload',
  'CanReload',
  'InvocationID',
  'Result',
] as const
type Property = (typeof properties)[number]
type UnitProperties = Readonly<Partial<Record<Property, string>>>

function parseBlock(text: string): UnitProperties {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const split = line.indexOf('=')
      return split > 0 ? [[line.slice(0, split), line.slice(split + 1)]] : []
    }),
  )
}

const yes = (answer: string | undefined): boolean => answer === 'yes'

function factOf(name: string, block: UnitProperties): Fact<UnitState> {
  const { Id, Names, LoadState, ActiveState, SubState } = block
  const known =
    Id !== undefined &&
    LoadState !== undefined &&
    ActiveState !== undefined &&
    SubState !== undefined
  if (!known || (Id !== name && Names?.split(' ').includes(name) !== true))
    return unknown(
      `systemd's answer about ${name} could not be understood`,
      `run systemctl show ${name} on the host and look at its lines`,
    )
  // A unit whose file was removed may still have a process, which can be stopped.
  if (LoadState === 'not-found' && (ActiveState === 'inactive' || ActiveState === 'failed'))
    return absent
  return present({
    id: Id,
    load: LoadState,
    active: ActiveState,
    sub: SubState,
    file: block.UnitFileState ?? '',
    path: block.FragmentPath ?? '',
    needsReload: yes(block.NeedDaemonReload),
    canReload: yes(block.CanReload),
    invocation:
      block.InvocationID === undefined || block.InvocationID === '' ? null : block.InvocationID,
    result: block.Result ?? '',
  })
}

/** A unit of the system's systemd by its full name, such as `app.service`. */
export const unitFact = shellFact<string, UnitState>({
  name: 'unit',
  about: (name) => `unit:${name}`,
  script: (names) => ({
    script: sh`[ -d /run/systemd/system ] || { echo 'this host was not started by systemd' >&2; exit 1; }; systemctl show --no-pager -p ${properties.join()} -- ${names}`,
  }),
  // systemctl answers in the order of its arguments, an empty line between two.
  parse(output, names): readonly Fact<UnitState>[] {
    const { code, stdout } = output
    if (code !== 0)
      return allUnknown(
        names,
        'the units could not be read',
        output,
        'see systemctl status on the host',
      )
    const blocks = stdout
      .toString()
      .split(/\n\n+/)
      .filter((text) => text.trim() !== '')
      .map(parseBlock)
    if (blocks.length !== names.length)
      return names.map(() =>
        unknown(
          `systemd was asked for ${String(names.length)} units and answered for ${String(blocks.length)}`,
          'run systemctl show on the host and look at its lines',
        ),
      )
    return names.map((name, index) => factOf(name, blocks[index] ?? {}))
  },
  recorded: {
    keys: ['mysql.service', 'nosuch.service'],
    // systemd 252.39
    stdout: [
      'Result=success',
      'CanReload=no',
      'Id=mariadb.service',
      'Names=mysqld.service mysql.service mariadb.service',
      'LoadState=loaded',
      'ActiveState=active',
      'SubState=running',
      'FragmentPath=/lib/systemd/system/mariadb.service',
      'UnitFileState=enabled',
      'NeedDaemonReload=no',
      'InvocationID=5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e',
      '',
      'Id=nosuch.service',
      'Names=nosuch.service',
      'LoadState=not-found',
      'ActiveState=inactive',
      'SubState=dead',
      'NeedDaemonReload=no',
      'InvocationID=',
      '',
    ].join('\n'),
    facts: [
      present({
        id: 'mariadb.service',
        load: 'loaded',
        active: 'active',
        sub: 'running',
        file: 'enabled',
        path: '/lib/systemd/system/mariadb.service',
        needsReload: false,
        canReload: false,
        invocation: '5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e',
        result: 'success',
      }),
      absent,
    ],
  },
})
