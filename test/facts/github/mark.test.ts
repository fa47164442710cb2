import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isOn } from '../../../src/core/backend.js'
import { isShell, changesOf } from '../../../src/core/change.js'
import { present, unknown, type Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import { github } from '../../../src/facts/github/backend.js'
import { githubMarkFact, type WebhookMark } from '../../../src/facts/github/mark.js'
import { githubWebhook } from '../../../src/resources/github/webhook.js'

const shells = [['sh'], ['busybox', 'sh']] as const
let root = ''
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'marks-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The script of the fact, with the marks in a directory of the test. */
function run(
  shell: readonly string[],
  text: string,
  input?: Buffer,
): { readonly code: number; readonly stdout: Buffer; readonly stderr: string } {
  const [command = 'sh', ...words] = shell
  const { status, stdout, stderr } = spawnSync(
    command,
    [...words, '-uc', text.replaceAll('/var/lib/fettle', root)],
    { input },
  )
  return { code: status ?? -1, stdout, stderr: stderr.toString() }
}

const read = (shell: readonly string[]): Fact<readonly WebhookMark[]> | undefined =>
  githubMarkFact.parse(run(shell, githubMarkFact.script(['all']).script.text), ['all'])[0]

function markOf(hook: number): { readonly script: string; readonly input: Buffer } {
  const made = githubWebhook('acme/demo', {
    url: 'https://example.org',
    secret: new Secret('wanted-of-the-hook'),
    prove: false,
  })
  const [action] =
    changesOf(made.plan({ hooks: [], marks: [], delivery: null }, made.values, { changing: [] }))[0]
      ?.actions ?? []
  const mark =
    action !== undefined && isOn(action, github) && 'route' in action
      ? action.then?.({ id: hook, active: true, events: [], updated_at: '', config: {} })[0]
      : undefined
  if (mark === undefined || !isShell(mark) || mark.input === undefined) throw new Error('no mark')
  return { script: mark.script.text, input: inputBytes(mark.input) }
}

describe.each(shells)('%s', (...shell) => {
  test('no directory is no marks', () => {
    rmSync(root, { recursive: true })
    expect(read(shell)).toEqual(present([]))
    mkdirSync(join(root, 'github'), { recursive: true })
    expect(read(shell)).toEqual(present([]))
  })

  test('a written mark can be read, by root only', () => {
    for (const hook of [12, 7]) {
      const { script, input } = markOf(hook)
      expect(run(shell, script, input)).toMatchObject({ code: 0, stderr: '' })
    }
    const fact = read(shell)
    expect(
      fact?.is === 'present' ? fact.value.map(({ hook, hmac }) => [hook, hmac.length]) : fact,
    ).toEqual([
      [12, 64],
      [7, 64],
    ])
    expect(readdirSync(join(root, 'github'))).toEqual(['12', '7'])
    expect([
      statSync(join(root, 'github', '7')).mode & 0o777,
      statSync(join(root, 'github')).mode & 0o777,
    ]).toEqual([0o600, 0o700])
  })

  test('a damaged mark matches no secret, and does not affect others', () => {
    const { script, input } = markOf(3)
    run(shell, script, input)
    for (const [name, text] of [
      ['1', ''],
      ['2', 'garbage'],
      ['4', '1 zz zz\nsecond line\n'],
    ] as const)
      writeFileSync(join(root, 'github', name), text)
    const fact = read(shell)
    expect(
      fact?.is === 'present' ? fact.value.map(({ hook, hmac }) => [hook, hmac.length]) : fact,
    ).toEqual([
      [1, 0],
      [2, 0],
      [3, 64],
      [4, 0],
    ])
  })
})

const salt = '5d41402abc4b2a76'
const hmac = 'ab'.repeat(32)
const damaged = { salt: '', hmac: '' }

describe('marks', () => {
  const parse = (stdout: string, code = 0, stderr = ''): unknown =>
    githubMarkFact.parse({ code, stdout: Buffer.from(stdout, 'latin1'), stderr }, ['all'])

  test.each<[string, string, object]>([
    ['whole', `7 1 ${salt} ${hmac}`, { salt, hmac }],
    ['an empty file', '7 ', damaged],
    ['a form of later versions', `7 2 1 ${salt} ${hmac}`, damaged],
    ['a later form with an older one behind', `7 2 7 1 ${salt} ${hmac}`, damaged],
    ['words behind', `7 1 ${salt} ${hmac} more`, damaged],
    ['a longer digest', `7 1 ${salt} ${hmac}0`, damaged],
    ['a shorter digest', `7 1 ${salt} ${hmac.slice(1)}`, damaged],
    ['no salt', `7 1  ${hmac}`, damaged],
    ['upper case', `7 1 ${salt} ${hmac.toUpperCase()}`, damaged],
  ])('%s', (_, line, mark) => {
    expect(parse(`${line}\n`)).toEqual([present([{ hook: 7, ...mark }])])
  })

  test.each([
    ['no ids', 'notes 1 ab cd\n'],
    ['an id within a word', `x7 1 ${salt} ${hmac}\n`],
    ['a page', '<html>\n'],
    ['bytes', '\0\xff\n'],
  ])('%s cannot be understood', (_, text) => {
    expect(parse(text)).toEqual([
      unknown(
        'the marks of webhooks in /var/lib/fettle/github could not be understood',
        'look at that directory on the host; its files may be removed',
      ),
    ])
  })

  test.each([
    ['a failure', 1, '', 'may not be read', 'may not be read'],
    ['a killed shell', 137, '7 1 ab cd\n', '', 'status 137'],
  ])('%s is unknown', (_, code, text, said, why) => {
    expect(parse(text, code, said)).toEqual([
      unknown(
        `the marks of webhooks in /var/lib/fettle/github could not be read: ${why}`,
        'act as root (become), and look at that directory on the host',
      ),
    ])
  })
})
