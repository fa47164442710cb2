import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { main } from '../../../src/cli/main.js'
import { fakeProcess } from '../process.js'

/** The output of `fettle complete`: the kind of files, and the words. */
async function complete(
  ...words: readonly string[]
): Promise<readonly [string, readonly string[]]> {
  const io = fakeProcess()
  mkdirSync(join(io.cwd, 'inventory'))
  writeFileSync(
    join(io.cwd, 'inventory/hosts.yml'),
    'web:\n  hosts: { web1: {}, web2: {} }\ndb:\n  hosts: { db1: {} }\n',
  )
  writeFileSync(join(io.cwd, 'staging.yml'), 'all:\n  hosts: { stage1: {} }\n')
  expect(await main(['node', 'fettle', 'complete', '--', ...words], io)).toBe(0)
  expect(io.stderr.text).toBe('')
  const [kind = '', ...lines] = io.stdout.text.trimEnd().split('\n')
  return [kind, lines.map((line) => line.split('\t')[0] ?? '')]
}

describe('completions', () => {
  test.each<readonly [readonly string[], string, readonly string[]]>([
    [['pl'], ':', ['plan']],
    [['p'], ':', ['plan', 'ping']],
    [['lab', ''], ':', ['up', 'list', 'down']],
    [['lab', 'up', '--i'], ':', ['--image', '--inventory']],
    [['lab', 'up', '--image', ''], ':', ['bare', 'stack']],
    [['lab', 'up', '--image=s'], ':', ['--image=stack']],
    [['lab', 'up', '--inventory', ''], ':files', []],
    [['plan', '--start'], ':', ['--start-at-task']],
    [['plan', '--sta', ''], ':files', []],
    [['apply', '--ask'], ':', ['--ask', '--ask=removals', '--ask-pass', '--ask-become-pass']],
    [['apply', '--ask='], ':', ['--ask=removals']],
    [['apply', '--ask', ''], ':files', []],
    [['plan', '-t', ''], ':', []],
    [['plan', ''], ':files', []],
    [['plan', 'tasks/site.ts', ''], ':', []],
    [['plan', '-i'], ':', ['-i']],
    [['plan', '-i', ''], ':files', []],
    [['plan', '--ssh-config=x'], ':files', []],
    [['init', ''], ':folders', []],
    [['completion', ''], ':', ['bash', 'zsh', 'fish']],
    [['run', '-l', 'w'], ':', ['web', 'web1', 'web2']],
    [['run', '-bl', 'w'], ':', ['web', 'web1', 'web2']],
    [['ping', '--limit=d'], ':', ['--limit=db', '--limit=db1']],
    [['ping', '-l', 'web:!web'], ':', ['web:!web', 'web:!web1', 'web:!web2']],
    [['ping', '-i', 'staging.yml', '-l', 's'], ':', ['stage1']],
    [['ping', '-istaging.yml', '-l', 's'], ':', ['stage1']],
    [['ping', '-i', 'nowhere.yml', '-l', ''], ':', []],
    [['run', '--', '-'], ':', []],
    [['run', '--', 'ls', ''], ':', []],
    [['none', '--x'], ':', []],
  ])('fettle %j', async (words, kind, expected) => {
    expect(await complete(...words)).toEqual([kind, expected])
  })

  test('every command and every flag of each, as help shows them', async () => {
    const [, commands] = await complete('')
    expect(commands).toEqual(
      expect.arrayContaining(['plan', 'apply', 'run', 'ping', 'init', 'lab', 'demo', 'completion']),
    )
    for (const command of commands) {
      const io = fakeProcess()
      await main(['node', 'fettle', command, '--help'], io)
      const shown = [...io.stdout.text.matchAll(/^ {2}(?:-\w, )?(--[a-z=-]+)/gm)].map(
        ([, flag]) => flag,
      )
      expect([command, (await complete(command, '--'))[1]]).toEqual([command, shown])
    }
  })

  test('a description follows a tab', async () => {
    const io = fakeProcess()
    await main(['node', 'fettle', 'complete', '--', 'pin'], io)
    expect(io.stdout.text).toBe(
      ':\nping\tconnect to hosts, act as root if asked, and exchange one answer\n',
    )
  })
})
