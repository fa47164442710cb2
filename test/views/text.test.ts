import { describe, expect, test } from '@jest/globals'
import { noticesView, plainView } from '../../src/views/text/plain.js'
import { planText } from '../../src/views/text/plan-text.js'
import { recapView } from '../../src/views/text/recap.js'
import { resourceLine } from '../../src/views/text/resource-text.js'
import { colored } from '../../src/views/screen.js'
import type { Effect } from '../../src/core/change.js'
import type { ChangeCounts, Event, EventChange, ResourceEvent } from '../../src/engine/events.js'
import type { View } from '../../src/views/view.js'
import {
  change,
  changeCounts,
  counts,
  error,
  everything,
  paper,
  resource,
  runOf,
} from './events.js'

async function shown(
  make: (screen: ReturnType<typeof paper>) => View,
  events: readonly Event[],
): Promise<string> {
  const screen = paper()
  const view = make(screen)
  for (const event of events) view.onEvent(event)
  await view.end()
  return screen.text
}

const brief = { diffs: false, verbosity: 0 }

describe('plan text', () => {
  test('hosts with equal plans stand together, with causes, diffs and what is known after apply', async () => {
    expect(
      await shown((screen) => planText(screen, { diffs: true, verbosity: 0 }), everything()),
    ).toBe(`
web1, web2
  Gunicorn service
    ~ settings (file[/etc/app.conf])
        ~ mode 0644 → 0600
        ~ content differs
          @@ -1,2 +1,2 @@
           a
          -b
          +B
    ~ systemd.service[app.service]: restart, because file[/etc/app.conf]
    ? mysql.user[app@localhost]: known after apply: MariaDB is not installed
    ✗ command[true]: failure ignored: true ended with 1
    ✗ check.http[http://localhost/]: http://localhost/ answered 502
`)
  })

  test('-v shows what is in its desired state and why', async () => {
    expect(
      await shown((screen) => planText(screen, { diffs: false, verbosity: 1 }), everything()),
    ).toContain(`
  Packages
    ✓ apt.packages[nginx]: nginx 1.22.1-9 is installed
  Gunicorn service
`)
  })

  const changed = (...changes: readonly EventChange[]): Partial<ResourceEvent> => ({
    status: 'changed',
    changes,
  })
  const file = (id: string, summary = 'create file') => [id, change(summary)] as const
  const linesOf = async (
    byHost: Readonly<Record<string, readonly (readonly [id: string, change: EventChange])[]>>,
  ): Promise<readonly string[]> => {
    const events = Object.entries(byHost).flatMap(([host, files]) =>
      files.map(([id, one]) => resource(host, id, changed(one))),
    )
    const all = [runOf(Object.keys(byHost)), ...events]
    const text = await shown((screen) => planText(screen, brief), all)
    return text.split('\n').filter((line) => line !== '' && line !== '  Gunicorn service')
  }
  const same = [file('/a'), file('/b'), file('/c')]
  test.each<readonly [string, Parameters<typeof linesOf>[0], readonly string[]]>([
    [
      'one line of one host',
      { w1: same, w2: [file('/a'), file('/x'), file('/b'), file('/c')], w3: same },
      [
        'w1, w2, w3',
        '    ~ file[/a]: create file',
        '    ~ file[/x] on w2: create file',
        '    ~ file[/b]: create file',
        '    ~ file[/c]: create file',
      ],
    ],
    [
      'a line that one host lacks',
      { w1: same, w2: same, w3: [file('/a'), file('/c')] },
      [
        'w1, w2, w3',
        '    ~ file[/a]: create file',
        '    ~ file[/b] on all but w3: create file',
        '    ~ file[/c]: create file',
      ],
    ],
    [
      'the changes of one resource',
      { w1: [file('/a', 'mode')], w2: [file('/a', 'owner')], w3: [file('/a', 'mode')] },
      ['w1, w2, w3', '    ~ file[/a] on all but w2: mode', '    ~ file[/a] on w2: owner'],
    ],
    [
      'most of their resources',
      { w1: same, db: [file('/d'), file('/a')], w2: same },
      [
        'w1, w2',
        '    ~ file[/a]: create file',
        '    ~ file[/b]: create file',
        '    ~ file[/c]: create file',
        'db',
        '    ~ file[/d]: create file',
        '    ~ file[/a]: create file',
      ],
    ],
    [
      'the order of their resources',
      { w1: [file('/a'), file('/b')], w2: [file('/b'), file('/a')] },
      ['w1, w2', '    ~ file[/a]: create file', '    ~ file[/b]: create file'],
    ],
    ['nothing that is shown', { w1: [], w2: [] }, []],
  ])('hosts that differ in %s', async (_, byHost, expected) => {
    expect(await linesOf(byHost)).toEqual(expected)
  })

  test('hosts stand in the order of the inventory, and a task is not split by what one host has', async () => {
    const text = await shown(
      (screen) => planText(screen, brief),
      [
        runOf(['w1', 'w2']),
        resource('w2', '/a', { task: 'One', ...changed(change('a')) }),
        resource('w2', '/x', { task: 'Two', ...changed(change('x')) }),
        resource('w2', '/c', { task: 'Two', ...changed(change('c')) }),
        resource('w1', '/a', { task: 'One', ...changed(change('a')) }),
        resource('w1', '/b', { task: 'One', ...changed(change('b')) }),
        resource('w1', '/c', { task: 'Two', ...changed(change('c')) }),
      ],
    )
    expect(text).toBe(`
w1, w2
  One
    ~ file[/a]: a
    ~ file[/b] on w1: b
  Two
    ~ file[/x] on w2: x
    ~ file[/c]: c
`)
  })

  const effect = (of: Effect, final: string | null = null) => change(of, { effect: of, final })
  test.each<readonly [string, readonly EventChange[], string]>([
    ['what is created', [effect('create')], '+ file[/x]: create'],
    ['what is changed', [effect('change')], '~ file[/x]: change'],
    ['what is removed or stopped', [effect('remove')], '- file[/x]: remove'],
    ['what is restarted', [effect('restart')], '~ file[/x]: restart'],
    [
      'what cannot be undone',
      [effect('remove', 'no copy is kept')],
      '! file[/x]: remove (cannot be undone: no copy is kept)',
    ],
    [
      'several changes: the gravest, and each its own',
      [effect('change'), effect('restart'), effect('remove', 'no copy is kept'), effect('create')],
      `! file[/x]
        ~ change
        ~ restart
        ! remove (cannot be undone: no copy is kept)
        + create`,
    ],
  ])('the sign of %s', async (_, changes, expected) => {
    const events = [runOf(['a']), resource('a', '/x', changed(...changes))]
    expect(await shown((screen) => planText(screen, brief), events)).toContain(`    ${expected}\n`)
  })

  test('the signs have their colours, and the reason of what cannot be undone is red', () => {
    const lineOf = (...changes: readonly EventChange[]): string =>
      resourceLine(resource('a', '/x', changed(...changes)), colored)
    expect(lineOf(effect('create'))).toContain('\u001b[32m+')
    expect(lineOf(effect('change'))).toContain('\u001b[33m~')
    expect(lineOf(effect('remove'))).toContain('\u001b[31m-')
    expect(lineOf(effect('remove', 'gone'))).toMatch(
      /^\u001b\[1m\u001b\[31m!.*\u001b\[1m\u001b\[31m\(cannot be undone: gone\)/,
    )
  })

  test.each<readonly [readonly EventChange[], string]>([
    [
      [effect('create')],
      '    + file[/x]: create (waits for an earlier change: user app does not exist)\n',
    ],
    [
      [effect('create'), effect('change')],
      '    + file[/x] (waits for an earlier change: user app does not exist)\n        + create\n',
    ],
  ])('what a change waits for stands beside it', async (changes, expected) => {
    const reason = 'user app does not exist'
    const events = [runOf(['a']), resource('a', '/x', { ...changed(...changes), reason })]
    expect(await shown((screen) => planText(screen, brief), events)).toContain(expected)
  })

  test('a terminal wraps them between words, below the name, and no diff', async () => {
    const diff = { before: '', after: `${'long '.repeat(12)}\n` }
    const event = resource(
      'a',
      '/x',
      changed(change('drop database shop', { diff, effect: 'remove', final: 'no copy is kept' })),
    )
    const screen = { ...paper({ rows: 24, columns: 50 }), redraws: true }
    let text = ''
    const view = planText(
      { ...screen, write: (written) => void (text += written) },
      { diffs: true, verbosity: 0 },
    )
    for (const each of [runOf(['a']), event]) view.onEvent(each)
    await view.end()
    expect(text).toBe(`
a
  Gunicorn service
    ! file[/x]: drop database shop (cannot be
      undone: no copy is kept)
          @@ -0,0 +1,1 @@
          +${'long '.repeat(12)}
`)
  })

  test('with -v what was not tried has a sign of its own', async () => {
    const skipped = resource('a', '/x', { status: 'skipped', reason: 'an earlier one has failed' })
    expect(
      await shown(
        (screen) => planText(screen, { diffs: false, verbosity: 1 }),
        [runOf(['a']), skipped],
      ),
    ).toContain('    · file[/x]: an earlier one has failed\n')
  })

  test('a resource that runs on every apply names the places that it runs once for', async () => {
    const always = resource('a', 'date', {
      resource: 'command',
      status: 'changed',
      changes: [change('always runs: date')],
      places: ['tasks/a.ts:5', 'tasks/b.ts:12'],
    })
    expect(await shown((screen) => planText(screen, brief), [runOf(['a']), always])).toContain(
      '    ~ command[date]: always runs: date; once for tasks/a.ts:5 and tasks/b.ts:12\n',
    )
  })

  test('nothing is printed where nothing would change', async () => {
    expect(
      await shown((screen) => planText(screen, brief), [runOf(['a']), resource('a', '/x')]),
    ).toBe('')
  })

  const long = {
    before: '',
    after: Array.from({ length: 100 }, (_, index) => `line ${String(index)}\n`).join(''),
  }
  test.each([
    [0, 60],
    [2, 101],
  ])('at verbosity %d a diff of 101 lines shows %d', async (verbosity, lines) => {
    const text = await shown(
      (screen) => planText(screen, { diffs: true, verbosity }),
      [
        runOf(['a']),
        resource('a', '/x', {
          status: 'changed',
          changes: [change('create', { diff: long })],
        }),
      ],
    )
    expect(text.match(/^ +(?:\+line|@@)/gm)).toHaveLength(lines)
    expect(text.includes('more lines')).toBe(lines < 101)
  })

  test('a new file begins at line 0 of nothing, and the error of a resource stands behind its place', async () => {
    const events = [
      runOf(['a']),
      resource('a', '/x', {
        status: 'changed',
        changes: [change('create file', { diff: { before: '', after: 'x\n' }, effect: 'create' })],
      }),
      resource('a', '/y', {
        status: 'failed',
        error: error('no space\nleft', { place: 'tasks/site.ts:7' }),
      }),
    ]
    expect(await shown((screen) => planText(screen, { diffs: true, verbosity: 0 }), events)).toBe(`
a
  Gunicorn service
    + file[/x]: create file
          @@ -0,0 +1,1 @@
          +x
    ✗ file[/y] at tasks/site.ts:7: no space
`)
  })

  test('control characters of a diff can be read and do nothing', async () => {
    const diff = { before: 'a\n', after: 'a\u001b]0;owned\u0007\r\n' }
    const text = await shown(
      (screen) => planText(screen, { diffs: true, verbosity: 0 }),
      [
        runOf(['a']),
        resource('a', '/x', {
          status: 'changed',
          changes: [change('content', { diff })],
        }),
      ],
    )
    expect(text).toContain('+a\\u001b]0;owned\\u0007\\r\n')
  })
})

describe('plain', () => {
  test('waiting for another run is reported at once', async () => {
    const waiting: Event = {
      type: 'progress',
      host: 'web1',
      play: 0,
      doing: 'waiting',
      task: null,
      resource: null,
      line: null,
      whom: 'another run (ada@laptop)',
      finished: 0,
      total: 6,
    }
    expect(
      await shown((screen) => plainView(screen, brief), [runOf(['web1'], 'apply'), waiting]),
    ).toBe('web1: waiting for another run (ada@laptop)\n')
  })

  test('a line for what is changed, failed, ignored or unknown, nothing for what is ok or skipped', async () => {
    expect(
      await shown(
        (screen) => plainView(screen, brief),
        everything('apply').filter((event) => !('host' in event) || event.host === 'web1'),
      ),
    ).toBe(`web1: changed: ~ settings (file[/etc/app.conf]): mode 0644 → 0600; content differs
web1: changed: ~ systemd.service[app.service]: restart, because file[/etc/app.conf]
web1: unknown: ? mysql.user[app@localhost]: known after apply: MariaDB is not installed
web1: ignored: ✗ command[true]: failure ignored: true ended with 1
web1: failed: ✗ check.http[http://localhost/]: http://localhost/ answered 502
`)
  })

  test('with diffs these follow, and each change has its line', async () => {
    expect(
      await shown(
        (screen) => plainView(screen, { diffs: true, verbosity: 0 }),
        everything('apply').slice(0, 5),
      ),
    ).toBe(`web1: changed: ~ settings (file[/etc/app.conf])
    ~ mode 0644 → 0600
    ~ content differs
      @@ -1,2 +1,2 @@
       a
      -b
      +B
`)
  })

  test('a host that cannot be reached has a line', async () => {
    expect(
      await shown(
        (screen) => plainView(screen, brief),
        everything('apply').filter((event) => 'host' in event && event.host === 'db1'),
      ),
    ).toBe('db1: unreachable: db1: connection refused\n')
  })

  test('notices about the run are told at once, those of a host are not', async () => {
    expect(await shown(noticesView, everything())).toBe(
      'note: inventory/hosts.yml:4: nobody declares prot; did you mean port?\n',
    )
  })
})

describe('recap', () => {
  test('columns, then notices, then failures in full with the hosts that share them, and in the end all in one line', async () => {
    expect(
      await shown((screen) => recapView(screen, { mode: 'plan', verbosity: 0 }), everything()),
    ).toBe(`
web1 : ok=3  changed=2 unreachable=0 failed=1 skipped=1 unknown=1 ignored=1  1.2s
web2 : ok=13 changed=2 unreachable=0 failed=1 skipped=1 unknown=1 ignored=1  1.2s
db1  : ok=0  changed=0 unreachable=1 failed=0 skipped=0 unknown=0 ignored=0  10.0s

note: web1: systemd.service[other.service]: a restart is pending

✗ web1, web2: failure ignored: true ended with 1
    command[true], task Gunicorn service
    → see the output of the command

✗ web1, web2: http://localhost/ answered 502
    check.http[http://localhost/], task Gunicorn service
    │ Bad Gateway
    → see the output of the command

✗ db1: unreachable
    db1: connection refused
    → see whether sshd runs

3 hosts: 2 failed, 1 unreachable; 2 would change  2.5s
2 to change, 2 restarts on 2 hosts
`)
  })

  test('with many hosts every one has its line, those that are not well the last ones, and no failure scrolls away', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `web${String(index)}`)
    const lost = error('web17 cannot be reached', { code: 'unreachable', detail: 'ECONNREFUSED' })
    const text = await shown(
      (screen) => recapView(screen, { mode: 'apply', verbosity: 0 }),
      [
        runOf(names, 'apply'),
        resource('web3', '/etc/x', { status: 'failed', error: error('no space left') }),
        ...names.map((host): Event => {
          if (host === 'web17') return { type: 'host', host, status: 'unreachable', error: lost }
          return { type: 'host', host, status: host === 'web3' ? 'failed' : 'ok', error: null }
        }),
        {
          type: 'summary',
          hosts: Object.fromEntries(
            names.map((host) => [host, counts({ ok: 2, changed: host < 'web2' ? 1 : 0 })]),
          ),
          exitCode: 1,
          seconds: 61,
          changes: changeCounts({ change: 112 }),
        },
      ],
    )
    const lines = text.trimEnd().split('\n')
    const recap = lines.filter((line) => / : ok=/.test(line)).map((line) => line.split(' ')[0])
    expect([...recap].sort()).toEqual([...names].sort())
    expect(recap.slice(-2)).toEqual(['web3', 'web17'])
    expect(lines.slice(-12).join('\n')).toBe(`
✗ web3: no space left
    file[/etc/x], task Gunicorn service
    → see the output of the command

✗ web17: unreachable
    web17 cannot be reached
    │ ECONNREFUSED
    → see the output of the command

200 hosts: 198 ok, 1 failed, 1 unreachable; 112 changed  1m01s
112 changed on 112 hosts`)
  })

  test('consequences of another failure, and ignored ones, come before it', async () => {
    const text = await shown(
      (screen) => recapView(screen, { mode: 'apply', verbosity: 0 }),
      [
        resource('a', '/cause', { status: 'failed', error: error('the cause') }),
        {
          type: 'host',
          host: 'b',
          status: 'failed',
          error: error('too many others had failed', { code: 'not-begun' }),
        },
        resource('a', '/ignored', { status: 'ignored', error: error('ignored') }),
        resource('c', '/cause', { status: 'failed', error: error('another cause') }),
      ],
    )
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('✗'))
        .map((line) => line.slice(0, 12)),
    ).toEqual(['✗ a: failure', '✗ b: failed', '✗ a: the cau', '✗ c: another'])
  })

  const ended = (changes: Partial<ChangeCounts>, hosts = { a: 1, b: 0 }): Event => ({
    type: 'summary',
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([host, changed]) => [host, counts({ ok: 2, changed })]),
    ),
    exitCode: 0,
    seconds: 1,
    changes: changeCounts(changes),
  })
  test.each<readonly ['plan' | 'apply', Event, string | undefined]>([
    [
      'plan',
      ended({ create: 12, change: 3, remove: 1, restart: 2, final: 1 }, { a: 9, b: 7 }),
      '12 to create, 3 to change, 1 to remove, 2 restarts on 2 hosts; 1 cannot be undone',
    ],
    [
      'apply',
      ended({ create: 12, change: 3, remove: 1, restart: 2 }, { a: 9, b: 7 }),
      '12 created, 3 changed, 1 removed, 2 restarts on 2 hosts',
    ],
    ['plan', ended({ restart: 1 }), '1 restart on 1 host'],
    ['plan', ended({}, { a: 0, b: 0 }), undefined],
  ])('at the end of %s the changes are counted', async (mode, summary, line) => {
    const text = await shown((screen) => recapView(screen, { mode, verbosity: 0 }), [summary])
    const last = text.trimEnd().split('\n').at(-1)
    expect(last?.startsWith('2 hosts:') === true ? undefined : last).toBe(line)
  })

  test('a plan ends with what cannot be undone, once for all hosts', async () => {
    const drop = change('drop database old', { effect: 'remove', final: 'no copy is kept' })
    const events = ['a', 'b'].map((host) =>
      resource(host, 'old', {
        resource: 'mysql.database',
        status: 'changed',
        changes: [change('owner app'), drop],
      }),
    )
    const all = [...events, ended({ remove: 2, final: 2 })]
    expect(
      await shown((screen) => recapView(screen, { mode: 'plan', verbosity: 0 }), all),
    ).toContain(
      '\n\n! a, b: mysql.database[old]: drop database old (cannot be undone: no copy is kept)\n\n',
    )
    expect(
      await shown((screen) => recapView(screen, { mode: 'apply', verbosity: 0 }), all),
    ).not.toContain('drop')
  })

  const full = [
    'web1  : ok=30 changed=2 unreachable=0 failed=0 skipped=1 ignored=0  1.2s',
    'web20 : ok=3  changed=0 unreachable=0 failed=0 skipped=0 ignored=0  1.2s',
  ]
  test.each([
    ['a terminal of 72 columns', 72, true, full],
    [
      'a terminal of 71 columns: counts of nothing are left out',
      71,
      true,
      ['web1  : ok=30 changed=2 skipped=1  1.2s', 'web20 : ok=3 changed=0  1.2s'],
    ],
    ['a file', 40, false, full],
  ])('on %s', async (_, columns, redraws, lines) => {
    const screen = { ...paper({ rows: 24, columns }), redraws }
    let text = ''
    const view = recapView(
      { ...screen, write: (written) => void (text += written) },
      { mode: 'apply', verbosity: 0 },
    )
    view.onEvent({
      type: 'summary',
      hosts: { web1: counts({ ok: 30, changed: 2, skipped: 1 }), web20: counts({ ok: 3 }) },
      exitCode: 0,
      seconds: 1.2,
      changes: changeCounts(),
    })
    await view.end()
    expect(text.split('\n').slice(1, 3)).toEqual(lines)
  })

  test('apply has no unknown', async () => {
    const summary: Event = {
      type: 'summary',
      hosts: { web1: counts({ ok: 30 }) },
      exitCode: 0,
      seconds: 1.2,
      changes: changeCounts(),
    }
    expect(
      await shown((screen) => recapView(screen, { mode: 'apply', verbosity: 0 }), [summary]),
    ).toBe('\nweb1 : ok=30 changed=0 unreachable=0 failed=0 skipped=0 ignored=0  1.2s\n')
  })

  test('-v shows the round trips of each host', async () => {
    expect(
      await shown((screen) => recapView(screen, { mode: 'plan', verbosity: 1 }), everything()),
    ).toContain('\nweb1 was asked: shell 3, mysql 2\n')
  })

  test('the error of a host that failed at a resource is told once', async () => {
    const lost = error('the connection was lost', { code: 'connection-lost' })
    const text = await shown(
      (screen) => recapView(screen, { mode: 'apply', verbosity: 0 }),
      [
        resource('a', '/x', { status: 'failed', error: lost }),
        { type: 'host', host: 'a', status: 'unreachable', error: lost },
      ],
    )
    expect(text.match(/the connection was lost/g)).toHaveLength(1)
  })

  test('an error that stands alone: message, place, remedy', async () => {
    const alone: Event = {
      type: 'error',
      ...error('prot is not declared', {
        address: 'inventory/hosts.yml:4',
        remedy: 'correct the name',
      }),
    }
    expect(
      await shown((screen) => recapView(screen, { mode: 'plan', verbosity: 0 }), [alone]),
    ).toBe('error: prot is not declared\n  at inventory/hosts.yml:4\n  → correct the name\n')
  })

  test('output of hosts cannot control the terminal', async () => {
    const evil = 'a\u001b[2Jb\u001b]52;c;cm0=\u0007c\u009b31md\u0000\u202ee\rf'
    const text = await shown(
      (screen) => recapView(screen, { mode: 'apply', verbosity: 0 }),
      [
        resource('web1', evil, {
          status: 'failed',
          error: error(evil, { detail: evil, remedy: evil }),
        }),
      ],
    )
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text).toContain('│ abcdef')
  })

  test('colours surround words without changing them', async () => {
    const lines = (style?: typeof colored) =>
      shown(
        (screen) =>
          recapView(
            style === undefined
              ? screen
              : {
                  ...screen,
                  style,
                  write: screen.write.bind(screen),
                  size: screen.size.bind(screen),
                },
            { mode: 'plan', verbosity: 0 },
          ),
        everything(),
      )
    const bright = await lines(colored)
    expect(bright).toContain('\u001b[31mfailed=1\u001b[39m')
    expect(bright.replace(/\u001b\[\d+m/g, '')).toBe(await lines())
  })
})
