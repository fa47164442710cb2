import { describe, expect, test } from '@jest/globals'
import { changesOf, isShell, type Action } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { group } from '../../../src/resources/accounts/group.js'
import { digestOf } from '../../../src/resources/files/content.js'
import { holds } from '../../../src/resources/files/write-file.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import { holdingText } from '../files/entry.js'
import { instance, unitState } from './unit-state.js'

const members = group('app')
const running = unitState({ active: 'active', sub: 'running', invocation: instance })
const service = (options: Parameters<typeof systemdService>[1] = {}): Resource =>
  systemdService('app', options)

const changesIn = (made: Resource, facts: object, changing: readonly string[] = []) =>
  changesOf(made.plan({ marks: [], ...facts }, made.values, { changing }))

/** An action with the calls of functions for this unit that its script ends in. */
function called(action: Action | undefined): object | undefined {
  if (action === undefined || !isShell(action)) return undefined
  const { what, long, script } = action
  return { what, long, lines: script.text.match(/^fettle_\w+ .*app\.service.*$/gm) }
}
const record = '/run/fettle/app.service.started'

describe('a service', () => {
  test.each([
    ['start', service({ running: true }), { unit: unitState() }, [], '300'],
    ['start', service({ running: true, stableFor: 30 }), { unit: unitState() }, [], '3000'],
    ['restart', service({ restartOn: [members] }), { unit: running }, [members.address], '300'],
  ] as const)('is watched after its %s', (operation, made, facts, changing, hundredths) => {
    const [change] = changesIn(made, facts, changing)
    expect(called(change?.actions[0])).toEqual({
      what: `\`systemctl ${operation} app.service\``,
      long: true,
      lines: [`fettle_begin_operation app.service ${operation} ${record}`],
    })
    expect(called(change?.settles)).toEqual({
      what: `watching app.service after its ${operation}`,
      long: true,
      lines: [
        `fettle_watch_operation app.service ${operation} ${record} ${hundredths}`,
        'fettle_clear_old_marks /var/lib/fettle/pending/app.service "$instance"',
      ],
    })
  })

  test('is watched after a reload, which no other instance of it has followed', () => {
    const made = service({ reloadOn: [members], stableFor: 0 })
    const [change] = changesIn(made, { unit: running }, [members.address])
    expect(called(change?.settles)).toEqual({
      what: 'watching app.service after its reload',
      long: true,
      lines: [
        `fettle_watch_operation app.service reload ${record} 0`,
        'fettle_clear_marks /var/lib/fettle/pending/app.service reload',
      ],
    })
  })

  test('is begun and watched with all functions that this needs', () => {
    const [change] = changesIn(service({ running: true }), { unit: unitState() })
    const [begin] = change?.actions.filter(isShell) ?? []
    expect(begin?.script.text).toMatch(/^fettle_refuse\(\)[^]*^fettle_begin_operation\(\)/m)
    expect(change?.settles?.script.text).toMatch(
      /^fettle_refuse\(\)[^]*^fettle_watch_operation\(\)[^]*^fettle_clear_old_marks\(\)/m,
    )
  })

  test('is restarted because of each trigger, which is named once', () => {
    const mark = (trigger: string) => ({ effect: 'restart', instance, trigger })
    const marks = [mark('file[/etc/gone]'), mark(members.address)]
    const made = service({ restartOn: [members] })
    expect(changesIn(made, { unit: running, marks }, [members.address])).toMatchObject([
      { because: ['file[/etc/gone]', members.address] },
    ])
  })

  test('has triggers, and is changed together with its neighbours', () => {
    const other = group('other')
    const { triggers, joins } = service({ restartOn: [members], reloadOn: [other] })
    expect(joins).toBe('services')
    expect(triggers).toEqual([
      { address: 'group[app]', effect: 'restart', pending: 'app.service' },
      { address: 'group[other]', effect: 'reload', pending: 'app.service' },
    ])
    expect(service().triggers).toEqual([])
  })

  test.each([
    ['enabled', service({ enabled: true }), unitState()],
    ['stopped', service({ running: false }), running],
  ])('may take long to be %s', (_, made, unit) => {
    const actions = changesIn(made, { unit }).flatMap((change) => change.actions)
    expect(actions).toMatchObject([{ long: true }])
  })
})

const text = '[Service]\nExecStart=/bin/sleep infinity\n'
const writing = (name: string) =>
  changesIn(systemdUnit(name, { content: text }), { file: null, unit: null })[0]
const scriptOf = (name: string): string =>
  writing(name)?.actions.filter(isShell)[0]?.script.text.replaceAll("'\\''", "'") ?? ''

describe('a unit', () => {
  const loaded =
    'case " $(echo $(systemctl show -p FragmentPath -p NeedDaemonReload --value -- app.service)) " in'
  const path = '/etc/systemd/system/app.service'

  test('is written with its owner and mode, proved, and loaded where it is not', () => {
    const change = writing('app.service')
    const wanted = { path, mode: 0o644, owner: 'root', group: 'root' }
    expect(change?.diff).toEqual({ before: '', after: text })
    expect(change?.proves?.text).toBe(holds(wanted, digestOf(text)).text)
    expect(change?.settles).toMatchObject({ what: '`systemctl daemon-reload`', long: true })
    expect(change?.settles?.script.text).toBe(
      `${loaded} ' ${path} no ' | ' no ${path} ') ;; *) systemctl daemon-reload ;; esac`,
    )
    expect(scriptOf('app.service')).toContain('\nchown -- root:root /proc/self/fd/3 &&\n')
    expect(scriptOf('app.service')).toContain(`'\`systemd-analyze verify\`' app.service ${path} &&`)
  })

  test('shows what was there before', () => {
    const made = systemdUnit('app.service', { content: text })
    expect(changesIn(made, { file: holdingText('old\n'), unit: null })).toMatchObject([
      { diff: { before: 'old\n', after: text } },
    ])
  })

  test('that is a template is always loaded: its instances are not asked for', () => {
    expect(writing('app@.service')?.settles?.script.text).toBe('systemctl daemon-reload')
  })

  test.each(['app.service', 'app@.service'])('%s is changed together with other files', (name) => {
    expect(systemdUnit(name, { content: text }).joins).toBe('files')
    expect(systemdUnit(name, { state: 'absent' }).joins).toBe('files')
  })

  const byOthers = [
    "*': Command '*' is not executable: '*",
    "*': service '*' not loaded, socket cannot be started.'",
    "*': Failed to create '*'/start: Unit '*' not found.'",
  ]
  const byDropIns = [
    "*' has no '*' Refusing.'",
    "*' lacks '*' Refusing.'",
    "'Unit '*' has a bad unit file setting.'",
  ]
  test.each([
    ['app.service', byOthers, 'app.service'],
    ['app@one.service', byOthers, 'app@one.service'],
    ['app@.service', [...byOthers, ...byDropIns], 'app@'],
  ])('%s is verified under its name, apart from what others decide', (name, patterns, stem) => {
    const script = scriptOf(name)
    expect(script).toContain(`cp -- "$1" "$d"/${name} ||`)
    expect(script).toContain(`systemd-analyze verify --man=no \${o-} "$d"/${name} 2>`)
    expect(script).toContain(`  case $l in ${patterns.join(' | ')}) s=0; continue ;; esac\n`)
    expect(script).toContain(`  case \${o-none}$l in --* | *${stem}*) s=1;`)
  })

  test('whose removal stops and disables it may take long', () => {
    const made = systemdUnit('app.service', { state: 'absent' })
    const unit = unitState({ active: 'active', file: 'enabled' })
    const actions = changesIn(made, { file: holdingText(text), unit })[0]?.actions
    expect(actions).toMatchObject([{ long: true }, { long: true }, { long: true }])
  })
})
